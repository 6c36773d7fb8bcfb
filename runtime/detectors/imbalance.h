// runtime/detectors/imbalance.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was taken and never given back, told when nobody can do so any more: `semaphore-imbalance` (a
// permit of a thread that has ended) once the semaphore or the process ends. Not when the thread ends:
// another one may give it back, and then it was a signal.
//
// Silent where somebody gives what he has not taken, where no taker has ever given back (then permits
// are meant to be used up), and of what a report has named already, as the reason of a deadlock.
// Misses: a process that is killed; semaphores that another process can post.
#pragma once

#include "runtime/core/detector.h"

namespace lockweave::detectors {

core::Detector& imbalance();

}  // namespace lockweave::detectors
