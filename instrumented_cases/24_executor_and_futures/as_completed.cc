// instrumented_cases/24_executor_and_futures/as_completed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// Results are taken as they come to be done, work that has not begun is called off, and a future calls
// back: each hands over what was done before.
#include <vector>

#include "lockweave/as_completed.h"
#include "lockweave/shared.h"
#include "lockweave/thread_pool.h"

namespace {
bool is_called_off(lockweave::future<int>& late) {
  try {
    late.get();
  } catch (const lockweave::future_cancelled&) {
    return true;
  }
  return false;
}
}  // namespace

int main() {
  lockweave::shared<int> sum = 0;
  lockweave::shared<int> told = 0;
  lockweave::latch begun(1);
  lockweave::latch go_on(1);
  lockweave::thread_pool pool(1, "calculator");
  std::vector<lockweave::future<int>> results;
  results.push_back(pool.submit([&] {
    begun.count_down();
    go_on.wait();
    return 1;
  }));
  results.push_back(pool.submit([] { return 2; }));
  begun.wait();
  lockweave::future<int> late = pool.submit([] { return 4; });
  late.cancel();
  results.back().add_done_callback([&] { told = 1; });
  go_on.count_down();
  for (lockweave::future<int>& next : lockweave::as_completed(results)) sum = sum + next.get();
  pool.shutdown();
  return sum == 3 && told == 1 && is_called_off(late) ? 0 : 1;
}
