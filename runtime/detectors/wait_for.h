// runtime/detectors/wait_for.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Deadlocks that happen: rules `deadlock`, `double-lock`, `lost-wakeup`, `queue-imbalance` (queue_waits.h).
//
// Certain at once: a ring of threads, each in an untimed wait for a lock that the next holds, or for
// the next to end; a condition waiter also needs its mutex back (wait_rings.h, blockers.h).
//
// Certain at once, too: a wait for a lock that an ended thread left locked. Only its holder may give it
// back; where another thread does so all the same, before anybody waits, it counts as free again.
//
// All blocked (all_blocked.h): checked when a thread blocks and when one ends. A destruction that glibc lets
// last until the waiters have left (condition variables, barriers) is such a wait. Semaphores, barriers,
// queues, futures and condition variables have no owner: for them this is the only certainty.
//
// Cost: a contended lock reads its owner's wait: a few loads. The rest only when that one waits too.
// Misses: a deadlock among some threads through objects without owner while others run on.
// May be wrong: a process that means to sleep for ever until a signal's default action kills it.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& wait_for();

}  // namespace lockweave::detectors
