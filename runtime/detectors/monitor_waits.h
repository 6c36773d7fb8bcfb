// runtime/detectors/monitor_waits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `wait-while-holding`: a thread waits on a condition variable and keeps another lock. At first it is
// a candidate only, which is told if asked for. It becomes a finding when one thread is known to have
// done both: notified that condition variable, and taken that lock, in whichever order and whenever in
// the run. Each of the three events looks whether it is the last one.
//
// Thread-safety: any thread. Cost: nothing but two probes as long as no thread waits like that.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

void note_monitor_wait(core::ThreadState& waiter, const core::WaitView& wait);
void confirm_by_notifier(core::ThreadState& notifier, const core::Object& condition);
void confirm_by_taker(core::ThreadState& taker, const core::Object& lock);
void forget_monitor_waits_after_fork();

// The chain's innermost lock that is one for certain: a semaphore may turn out to be a signal.
core::Acquisition* innermost_lock(core::Acquisition* held);

}  // namespace lockweave::detectors
