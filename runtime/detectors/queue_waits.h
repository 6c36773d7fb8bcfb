// runtime/detectors/queue_waits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Deadlocks that come down to a queue nobody finishes: told as `queue-imbalance` instead of `deadlock`,
// because that says what to mend.
//
//   never-done    a join of a joinable queue waits for work that nobody is left to call done
//   never-closed  a consumer waits for a value, is joined, and nobody is left to put one or to close
//
// Only if all other threads wait like that, too: in a join, or for a value. Who waits for anything else
// could have been about to finish the work, or to put a value; then the deadlock is what there is to
// tell. The same for a consumer that never got anything, if another one waits at another queue: each
// may be the other's producer.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

struct QueueVerdict {
  std::uint32_t thread = 0;       // index of the one whose wait is to be looked at first
  const char* variant = nullptr;  // nullptr: it does not come down to a queue
};
// Requires: each of `threads`, all there are, is in its published wait.
QueueVerdict judge_queue_waits(core::ThreadState* const* threads, std::uint32_t count);

}  // namespace lockweave::detectors
