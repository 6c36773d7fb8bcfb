// instrumented_cases/01_sequential_baseline/both_orders_alone.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One thread takes two locks in both orders. It cannot be in two places at once, so these orders
// cannot meet.
#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex flour;
lib::mutex oven;
int loaves = 0;

void bake() {
  std::lock_guard flour_guard(flour);
  std::lock_guard oven_guard(oven);
  ++loaves;
}

void clean() {
  std::lock_guard oven_guard(oven);
  std::lock_guard flour_guard(flour);
  loaves = 0;
}
}  // namespace

int main() {
  bake();
  clean();
  return loaves;
}
