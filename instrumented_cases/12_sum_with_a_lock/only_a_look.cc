// instrumented_cases/12_sum_with_a_lock/only_a_look.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All who write lock. One only wants to look, and does not: it may see what is half done, and the
// compiler may let it see an old value for ever.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lockweave::shared<int> sum{0};

void add() {
  {
    std::lock_guard guard(mutex);
    ++sum;
  }
  next_step();
}

int look() {
  await_step(1);
  return sum;  // expect: data-race
}
}  // namespace

int main() {
  lib::thread writer(add);
  const int seen = look();
  writer.join();
  return seen == 1 ? 0 : 1;
}
