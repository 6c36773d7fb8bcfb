// runtime/detectors/waits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits that went well this time: `wait-while-holding` (monitor_waits.h), `condvar-two-mutexes`,
// `blocking-under-lock`, and candidates for `wait-without-predicate` (whether the wait stands in a
// loop is decided by the command line tool, from the machine code around the return address).
//
// blocking-under-lock: a thread joins, or waits for a permit, an item, a value, while it holds a lock
// that the other side takes: the joined thread took it in its life; who posted took it since its
// start or its last post. The set of locks a thread took is noted when it first takes each one in a
// segment, so what a thread does again after its first post is missed, never invented.
// Only untimed waits count: a timed one gives up by itself. So a lock that the other side tried to
// take with a time-out and did not get is none that it takes; one that it got is.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& waits();

}  // namespace lockweave::detectors
