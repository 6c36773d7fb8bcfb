// instrumented_cases/11_sum_race/sum_per_thread.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Best of all is not to share: each thread has a sum of its own, and they meet after the joins.
#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> first_sum{0};
lockweave::shared<int> second_sum{0};

void add(lockweave::shared<int>& sum) {
  for (int i = 0; i < 100; ++i) ++sum;
}
}  // namespace

int main() {
  lib::thread one([] { add(first_sum); });
  lib::thread two([] { add(second_sum); });
  one.join();
  two.join();
  return first_sum + second_sum == 200 ? 0 : 1;
}
