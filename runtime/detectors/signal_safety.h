// runtime/detectors/signal_safety.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// signal-unsafe-lock: a lock taken while a signal handler of the program's own runs on the thread. The
// handler may have interrupted the holder. Certain: the acquisition was seen.
// Cost: one test per new acquisition. Limit: a handler that interrupts an operation is not watched.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& signal_safety();

}  // namespace lockweave::detectors
