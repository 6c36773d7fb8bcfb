// instrumented_cases/32_back_off/try_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but the second lock is only tried. Who does not get it gives the first one back and
// begins again: nobody waits while holding.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex left;
lib::mutex right;

void with_both(lib::mutex& first, lib::mutex& second) {
  for (;;) {
    std::lock_guard first_guard(first);
    if (!second.try_lock()) continue;
    second.unlock();
    return;
  }
}

void left_first() {
  with_both(left, right);
  next_step();
}

void right_first() {
  await_step(1);
  with_both(right, left);
}
}  // namespace

int main() {
  lib::thread one(left_first);
  lib::thread two(right_first);
  one.join();
  two.join();
}
