// instrumented_cases/14_deadlock/two_locks_one_order.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Everybody takes the knife first. Who has it can wait for the fork: who holds the fork needs
// nothing more.
#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex knife;
lib::mutex fork;
int meals = 0;

void eat() {
  for (int i = 0; i < 100; ++i) {
    std::lock_guard knife_guard(knife);
    std::lock_guard fork_guard(fork);
    ++meals;
  }
}
}  // namespace

int main() {
  lib::thread one(eat);
  lib::thread two(eat);
  one.join();
  two.join();
  return meals == 200 ? 0 : 1;
}
