// instrumented_cases/support/steps.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Puts the threads of a case into one chosen order, every time, without sleeping. A step is no lock,
// nothing blocks in it and it orders no memory in the runtime's eyes: it is the luck of a run, made
// certain.
#pragma once

#include <sched.h>

#include <atomic>

inline std::atomic<int> steps_done{0};

// One more step is done.
inline void next_step() { ++steps_done; }

// Waits until at least `count` steps are done.
inline void await_step(int count) {
  while (steps_done < count) sched_yield();
}
