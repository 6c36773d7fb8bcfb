// runtime/detectors/imbalance.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was taken and never given back, told when nobody can do so any more, at the end of the object or
// of the process:
//   `semaphore-imbalance`  a permit of a thread that has ended. Not when the thread ends: another one may
//                          give it back, and then it was a signal.
//   `queue-imbalance`      a value whose work nobody has called done, got by a thread that has ended, or
//                          that ends the queue.
//
// Silent where somebody gives what he has not taken; where nobody ever gives back (permits that are used
// up, a queue whose work nobody counts); of a thread that has taken every permit, which is how one waits
// for all others to be through; and of what a report has named already, as the reason of a deadlock.
// Misses: a process that is killed; semaphores and queues that another process can change.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& imbalance();

}  // namespace lockweave::detectors
