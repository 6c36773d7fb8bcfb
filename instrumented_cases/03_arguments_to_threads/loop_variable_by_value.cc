// instrumented_cases/03_arguments_to_threads/loop_variable_by_value.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Each thread has its own copy, made before it starts.
#include <vector>

#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lockweave::shared<int> sum{0};

void add(int number) {
  std::lock_guard guard(mutex);
  sum += number;
}
}  // namespace

int main() {
  std::vector<lib::thread> workers;
  for (int number = 1; number <= 4; ++number) workers.emplace_back(add, number);
  for (lib::thread& worker : workers) worker.join();
  return sum == 10 ? 0 : 1;
}
