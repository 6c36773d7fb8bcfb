// runtime/detectors/misuse.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks used against their rules: `unlock-not-held`, `lock-leak`, `destroyed-while-held`, and what a
// drop-in type reports about itself. Each place is reported once.
//
// Cost: nothing on the hot path; the front-ends call when something is already wrong.
// Misses: a lock destroyed by code that core cannot see (custom allocators that reuse memory).
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& misuse();

}  // namespace lockweave::detectors
