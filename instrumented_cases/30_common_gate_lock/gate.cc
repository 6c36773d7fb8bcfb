// instrumented_cases/30_common_gate_lock/gate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but only behind one gate: while one thread is between `left` and `right`, the other
// is outside.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

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
