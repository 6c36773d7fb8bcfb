// tests/e2e/programs/same_thread_both_orders.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One thread takes two locks in both orders, and no other thread takes both: it cannot wait for
// itself.
#include "primitives.h"

namespace {
lib::mutex left;
lib::mutex right;

void both_orders() {
  {
    std::lock_guard left_guard(left);
    std::lock_guard right_guard(right);
  }
  std::lock_guard right_guard(right);
  std::lock_guard left_guard(left);
}

void only_one() { std::lock_guard left_guard(left); }
}  // namespace

int main() {
  lib::thread one(both_orders);
  lib::thread two(only_one);
  one.join();
  two.join();
}
