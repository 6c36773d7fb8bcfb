// tests/e2e/programs/join_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The main thread waits for a worker to end while it holds the lock the worker needs to end.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex results;

void work() {
  await_step(1);
  std::lock_guard guard(results);  // expect-either: deadlock
}
}  // namespace

int main() {
  lib::thread worker(work);
  std::lock_guard guard(results);
  next_step();
  worker.join();  // expect-either: deadlock
}
