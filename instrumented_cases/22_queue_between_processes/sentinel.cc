// instrumented_cases/22_queue_between_processes/sentinel.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A queue in shared memory. The parent puts numbers and, at the end, a sentinel; the child says of
// each that it is done; join() returns when all are.
#include "lockweave/process.h"
#include "lockweave/process_queue.h"

namespace {
constexpr int kNoMore = -1;

int add_up(lockweave::process_queue<int>& numbers) {
  int sum = 0;
  for (;;) {
    const int number = *numbers.get();
    numbers.task_done();
    if (number == kNoMore) return sum;
    sum += number;
  }
}
}  // namespace

int main() {
  lockweave::process_queue<int> numbers(2);
  lockweave::process child([&numbers] { return add_up(numbers); });
  for (int number = 1; number <= 4; ++number) numbers.put(number);
  numbers.put(kNoMore);
  numbers.join();
  child.join();
  return child.exitcode() == 10 ? 0 : 1;
}
