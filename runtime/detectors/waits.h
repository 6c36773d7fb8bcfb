// runtime/detectors/waits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits that went well this time: `wait-while-holding` and `blocking-under-lock`
// (waits_under_locks.h), `condvar-two-mutexes`, and candidates for `wait-without-predicate` (whether the wait stands in a
// loop is decided by the command line tool, from the machine code around the return address).
//
// blocking-under-lock also tells of a thread that joins another one under a lock which that one takes:
// since its last post, for what came before may have been awaited.
// Only untimed waits count: a timed one gives up by itself. So a lock that the other side tried to
// take with a time-out and did not get is none that it takes; one that it got is.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& waits();

}  // namespace lockweave::detectors
