// instrumented_cases/24_executor_and_futures/pool.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A pool does what is submitted; results and errors come out of futures.
#include <stdexcept>
#include <vector>

#include "lockweave/thread_pool.h"

namespace {
int square(int number) {
  if (number < 0) throw std::domain_error("negative");
  return number * number;
}

bool fails(lockweave::future<int> outcome) {
  try {
    outcome.get();
  } catch (const std::domain_error&) {
    return true;
  }
  return false;
}
}  // namespace

int main() {
  lockweave::thread_pool pool(2, "calculator");
  const std::vector<int> squares = pool.map(square, std::vector<int>{1, 2, 3});
  const bool failed = fails(pool.submit(square, -1));
  return squares == std::vector<int>{1, 4, 9} && failed ? 0 : 1;
}
