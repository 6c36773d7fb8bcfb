// tests/e2e/programs/blocking_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread is joined under a lock that it takes. It had luck and took it before: nothing hangs.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex results;
int sum = 0;

void add() {
  {
    std::lock_guard guard(results);
    ++sum;
  }
  next_step();
}
}  // namespace

int main() {
  lib::thread worker(add);
  await_step(1);
  std::lock_guard guard(results);
  worker.join();  // expect: blocking-under-lock
  return sum == 1 ? 0 : 1;
}
