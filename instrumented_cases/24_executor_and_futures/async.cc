// instrumented_cases/24_executor_and_futures/async.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// async starts a function and gives a future for its result: get() waits for it.
#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> input{20};

int half() { return input / 2; }
}  // namespace

int main() {
  auto one = lib::async(lib::launch::async, half);
  auto two = lib::async(lib::launch::async, half);
  const int sum = one.get() + two.get();
  input = 0;
  return sum == 20 ? 0 : 1;
}
