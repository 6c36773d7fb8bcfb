// instrumented_cases/11_sum_race/own_cells.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// An array is shared, its elements are not: each thread has one of its own until both have ended.
#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int[2]> cells;

void count(std::size_t mine) {
  for (int i = 0; i < 100; ++i) ++cells[mine];
}
}  // namespace

int main() {
  lib::thread left(count, 0U);
  lib::thread right(count, 1U);
  left.join();
  right.join();
  int sum = 0;
  for (const auto& cell : cells) sum += cell;
  return sum == 200 ? 0 : 1;
}
