// instrumented_cases/30_common_gate_lock/past_the_gate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One of the two goes past the gate, and the gate keeps nobody apart.
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
