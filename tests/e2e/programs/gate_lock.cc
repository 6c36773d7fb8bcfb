// tests/e2e/programs/gate_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but only ever under one outer lock: while one thread is between `left` and `right`
// the other cannot be.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex gate;
lib::mutex left;
lib::mutex right;

void left_first() {
  {
    std::lock_guard gate_guard(gate);
    std::lock_guard left_guard(left);
    std::lock_guard right_guard(right);
  }
  next_step();
}

void right_first() {
  await_step(1);
  std::lock_guard gate_guard(gate);
  std::lock_guard right_guard(right);
  std::lock_guard left_guard(left);
}
}  // namespace

int main() {
  lib::thread one(left_first);
  lib::thread two(right_first);
  one.join();
  two.join();
}
