// instrumented_cases/14_deadlock/two_locks_lucky.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same two locks, but today the second thread comes when the first has gone. The program ends,
// its tests are green, and the deadlock is still there.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex knife;
lib::mutex fork;

void eat_right_handed() {
  {
    std::lock_guard knife_guard(knife);
    std::lock_guard fork_guard(fork);  // expect-either: lock-order-cycle
  }
  next_step();
}

void eat_left_handed() {
  await_step(1);
  std::lock_guard fork_guard(fork);
  std::lock_guard knife_guard(knife);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread one(eat_right_handed);
  lib::thread two(eat_left_handed);
  one.join();
  two.join();
}
