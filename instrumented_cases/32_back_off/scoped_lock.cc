// instrumented_cases/32_back_off/scoped_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// std::scoped_lock names its locks in any order: it backs off by itself.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex left;
lib::mutex right;

void left_first() {
  { std::scoped_lock both(left, right); }
  next_step();
}

void right_first() {
  await_step(1);
  std::scoped_lock both(right, left);
}
}  // namespace

int main() {
  lib::thread one(left_first);
  lib::thread two(right_first);
  one.join();
  two.join();
}
