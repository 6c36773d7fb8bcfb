// instrumented_cases/11_sum_race/atomic_sum.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// An atomic adds in one step: there is no moment between reading and writing.
#include "instrumented_cases/support/lib.h"

namespace {
lib::atomic<int> sum{0};

void add() {
  for (int i = 0; i < 100; ++i) ++sum;
}
}  // namespace

int main() {
  lib::thread one(add);
  lib::thread two(add);
  one.join();
  two.join();
  return sum == 200 ? 0 : 1;
}
