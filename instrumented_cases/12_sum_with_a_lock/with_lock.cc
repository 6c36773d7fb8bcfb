// instrumented_cases/12_sum_with_a_lock/with_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Reading, adding and writing back under one lock: nobody comes in between.
#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lockweave::shared<int> sum{0};

void add() {
  for (int i = 0; i < 100; ++i) {
    std::lock_guard guard(mutex);
    ++sum;
  }
}
}  // namespace

int main() {
  lib::thread one(add);
  lib::thread two(add);
  one.join();
  two.join();
  return sum == 200 ? 0 : 1;
}
