// instrumented_cases/14_deadlock/two_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each thread holds the lock that the other one wants. Both wait for ever.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex knife;
lib::mutex fork;

void eat_right_handed() {
  std::lock_guard knife_guard(knife);
  next_step();
  await_step(2);
  // expect-either-code: lock-order-cycle
  std::lock_guard fork_guard(fork);  // expect-either-run: deadlock
}

void eat_left_handed() {
  std::lock_guard fork_guard(fork);
  next_step();
  await_step(2);
  // expect-either-code: lock-order-cycle
  std::lock_guard knife_guard(knife);  // expect-either-run: deadlock
}
}  // namespace

int main() {
  lib::thread one(eat_right_handed);
  lib::thread two(eat_left_handed);
  one.join();
  two.join();
}
