// instrumented_cases/05_join/read_too_early.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The result is read before the thread that computes it is joined. It happens to be there already.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> answer{0};

void compute() {
  answer = 42;
  next_step();
}
}  // namespace

int main() {
  lib::thread worker(compute);
  await_step(1);
  const int early = answer;  // expect: data-race
  worker.join();
  return early == 42 ? 0 : 1;
}
