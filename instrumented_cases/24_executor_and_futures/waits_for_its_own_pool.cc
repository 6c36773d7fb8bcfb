// instrumented_cases/24_executor_and_futures/waits_for_its_own_pool.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// A pool of one thread. Its work submits more work and waits for the result: there is nobody left
// to do it.
#include "lockweave/thread_pool.h"

namespace {
int half(int number) { return number / 2; }

int quarter(lockweave::thread_pool& pool, int number) {
  return half(pool.submit(half, number).get());  // expect-either-run: deadlock
}
}  // namespace

int main() {
  lockweave::thread_pool pool(1, "calculator");
  auto result = pool.submit([&pool] { return quarter(pool, 84); });
  return result.get() == 21 ? 0 : 1;  // expect-either-run: deadlock
}
