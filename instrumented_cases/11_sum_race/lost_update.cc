// instrumented_cases/11_sum_race/lost_update.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads add one each, and the sum is one: both read it before either wrote.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> sum{lockweave::variable_name{"sum"}, 0};

void add_one() {
  const int seen = sum;
  next_step();
  await_step(2);
  sum = seen + 1;  // expect: data-race
}
}  // namespace

int main() {
  lib::thread one(add_one);
  lib::thread two(add_one);
  one.join();
  two.join();
  return sum == 1 ? 0 : 1;
}
