/* tests/e2e/programs/steps.h
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Puts the threads of a small program into one chosen order, every time, without sleeping: a
 * counter that only grows. It is no lock and nothing blocks in it, so a detector of lock misuse
 * sees neither an order nor a wait here. */
#ifndef LOCKWEAVE_TESTS_STEPS_H
#define LOCKWEAVE_TESTS_STEPS_H

#include <sched.h>
#ifdef __cplusplus
#include <atomic>
static std::atomic<int> steps_done{0};
#else
#include <stdatomic.h>
static atomic_int steps_done;
#endif

/* One more step is done. */
static inline void next_step(void) { ++steps_done; }

/* Spins until at least `count` steps are done. */
static inline void await_step(int count) {
  while (steps_done < count) sched_yield();
}

#endif
