// instrumented_cases/33_ordered_by_create_and_join/one_after_the_other.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, in two threads, but the first has ended before the second begins.
#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex left;
lib::mutex right;

void left_first() {
  std::lock_guard left_guard(left);
  std::lock_guard right_guard(right);
}

void right_first() {
  std::lock_guard right_guard(right);
  std::lock_guard left_guard(left);
}
}  // namespace

int main() {
  lib::thread one(left_first);
  one.join();
  lib::thread two(right_first);
  two.join();
  left_first();  // main, when nobody else is there
}
