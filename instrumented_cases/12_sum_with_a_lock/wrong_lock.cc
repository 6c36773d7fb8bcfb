// instrumented_cases/12_sum_with_a_lock/wrong_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both threads lock, but each a lock of its own. Two doors with one key each keep nobody out.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lib::mutex front_door;
lib::mutex back_door;
lockweave::shared<int> sum{0};

void add_at_the_front() {
  {
    std::lock_guard guard(front_door);
    ++sum;
  }
  next_step();
}

void add_at_the_back() {
  await_step(1);
  std::lock_guard guard(back_door);
  ++sum;  // expect: data-race
}
}  // namespace

int main() {
  lib::thread one(add_at_the_front);
  lib::thread two(add_at_the_back);
  one.join();
  two.join();
}
