// instrumented_cases/11_sum_race/same_cell.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each thread has a cell of its own, but for one index that is wrong: two threads add to the same.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int[3]> cells{lockweave::variable_name{"cells"}};

void count_left() {
  ++cells[0];
  ++cells[1];
  next_step();
}

void count_right() {
  await_step(1);
  ++cells[2];
  cells[1] = 1;  // expect: data-race
}
}  // namespace

int main() {
  lib::thread left(count_left);
  lib::thread right(count_right);
  left.join();
  right.join();
  return cells[0] + cells[2] == 2 ? 0 : 1;
}
