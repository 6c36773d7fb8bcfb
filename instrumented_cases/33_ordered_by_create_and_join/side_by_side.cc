// instrumented_cases/33_ordered_by_create_and_join/side_by_side.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same two threads, created both before either is joined. That the one had ended when the other
// began was luck.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex left;
lib::mutex right;

void left_first() {
  {
    std::lock_guard left_guard(left);
    std::lock_guard right_guard(right);  // expect-either: lock-order-cycle
  }
  next_step();
}

void right_first() {
  await_step(1);
  std::lock_guard right_guard(right);
  std::lock_guard left_guard(left);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread one(left_first);
  lib::thread two(right_first);
  one.join();
  two.join();
}
