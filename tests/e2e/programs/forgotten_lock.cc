// tests/e2e/programs/forgotten_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but the program asks not to be told of one of the locks.
#include "lockweave/annotations.h"
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex left;
lib::mutex right;

void left_first() {
  {
    std::lock_guard left_guard(left);
    std::lock_guard right_guard(right);
  }
  next_step();
}

void right_first() {
  await_step(1);
  std::lock_guard right_guard(right);
  std::lock_guard left_guard(left);
}
}  // namespace

int main() {
  LOCKWEAVE_FORGET(&left);
  lib::thread one(left_first);
  lib::thread two(right_first);
  one.join();
  two.join();
}
