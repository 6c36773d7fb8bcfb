// instrumented_cases/05_join/join_then_read.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// join() returns when the thread has ended: all it wrote is there.
#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> answer{0};

void compute() { answer = 42; }
}  // namespace

int main() {
  lib::thread worker(compute);
  worker.join();
  return answer == 42 ? 0 : 1;
}
