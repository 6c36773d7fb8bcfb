// runtime/detectors/all_blocked.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every task of the process is a known thread in an untimed, unshared wait, asleep in the kernel, with no wake
// on its way, nobody able to proceed, and no handler or timer that could act: a deadlock, whatever they wait
// for. Reported by all_blocked_report.h.
//
// Thread-safety: one thread checks at a time. Cost: two looks at the tasks in /proc, only when no known thread
// is awake. Limits: a thread that has published its wait and does not go to sleep in 20 000 tries, ten seconds at
// least: the look is given up and counted (Loss::waits); the next thread that blocks or ends looks anew.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

class AllBlocked {
 public:
  constexpr AllBlocked() = default;
  // By a thread that is about to sleep, `self`, or has ended: nullptr.
  void check(const core::ThreadState* self);
  void reset_after_fork() { checks_wanted_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> checks_wanted_{0};
};

}  // namespace lockweave::detectors
