// tests/e2e/programs/wait_without_predicate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wait that is in no loop: any wake-up that has another reason is taken for the one awaited.
#include "primitives.h"

namespace {
lib::mutex mutex;
lib::condition_variable ready;
int result = 0;

void compute() {
  std::lock_guard guard(mutex);
  result = 42;
  ready.notify_one();
}
}  // namespace

int main() {
  std::unique_lock guard(mutex);
  lib::thread worker(compute);
  ready.wait(guard);  // expect: wait-without-predicate
  guard.unlock();
  worker.join();
  return result == 42 ? 0 : 1;
}
