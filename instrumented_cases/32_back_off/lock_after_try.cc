// instrumented_cases/32_back_off/lock_after_try.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The try is there, but who does not succeed waits after all, and keeps the first lock meanwhile.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex left;
lib::mutex right;

void with_both(lib::mutex& first, lib::mutex& second, bool busy) {
  std::lock_guard first_guard(first);
  if (busy || !second.try_lock()) second.lock();  // expect: lock-order-cycle
  second.unlock();
}

void left_first() {
  with_both(left, right, true);
  next_step();
}

void right_first() {
  await_step(1);
  with_both(right, left, true);
}
}  // namespace

int main() {
  lib::thread one(left_first);
  lib::thread two(right_first);
  one.join();
  two.join();
}
