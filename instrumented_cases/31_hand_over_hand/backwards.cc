// instrumented_cases/31_hand_over_hand/backwards.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walker goes forwards, the other backwards. They meet in the middle, where each stands on the
// node that the other one wants.
#include <array>
#include <mutex>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
struct Node {
  lib::mutex mutex;
  int visits = 0;
};
std::array<Node, 2> list;

void step(Node& from, Node& to) {
  std::lock_guard from_guard(from.mutex);
  std::lock_guard to_guard(to.mutex);  // expect: lock-order-cycle
  ++from.visits;
  ++to.visits;
}
}  // namespace

int main() {
  lib::thread forwards([] {
    step(list[0], list[1]);
    next_step();
  });
  lib::thread backwards([] {
    await_step(1);
    step(list[1], list[0]);
  });
  forwards.join();
  backwards.join();
}
