// tests/e2e/programs/scoped_lock_both_orders.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// std::scoped_lock of several mutexes never deadlocks, in whatever order they are written.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex left;
lib::mutex right;

void left_first() {
  { std::scoped_lock guard(left, right); }
  next_step();
}

void right_first() {
  await_step(1);
  std::scoped_lock guard(right, left);
}
}  // namespace

int main() {
  lib::thread one(left_first);
  lib::thread two(right_first);
  one.join();
  two.join();
}
