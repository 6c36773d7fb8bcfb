// instrumented_cases/05_join/join_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// main waits for the worker's end and holds the lock that the worker needs to get there.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex results;
int sum = 0;

void add() {
  await_step(1);
  std::lock_guard guard(results);  // expect-either-run: deadlock
  ++sum;
}
}  // namespace

int main() {
  lib::thread worker(add);
  std::lock_guard guard(results);
  next_step();
  worker.join();  // expect-either-run: deadlock  // expect-code: blocking-under-lock
  return sum;
}
