// runtime/detectors/signal_safety.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// signal-unsafe-lock: a lock taken while a signal handler of the program's own runs on the thread. The
// handler may have interrupted the holder. Certain: the acquisition was seen. Where the thread blocks the
// signal at times, it is told when the thread also took the lock while the signal could come in, before
// or after. Silent for a signal that was blocked until the thread waited for it (frontends/signals.cc),
// and in what a handler forked.
// Cost: one test per new acquisition. Limits: a handler that interrupts an operation is not watched; nor
// are two that came in one such wait, of which one may interrupt the other.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& signal_safety();

}  // namespace lockweave::detectors
