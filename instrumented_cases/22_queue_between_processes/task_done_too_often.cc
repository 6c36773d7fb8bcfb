// instrumented_cases/22_queue_between_processes/task_done_too_often.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// task_done() once more than there were values: the queue refuses. A consumer that does it hides
// the unfinished work of another.
#include <stdexcept>

#include "lockweave/queue.h"

namespace {
bool is_refused(lockweave::joinable_queue<int>& numbers) {
  try {
    numbers.task_done();  // expect: queue-imbalance
  } catch (const std::logic_error&) {
    return true;
  }
  return false;
}
}  // namespace

int main() {
  lockweave::joinable_queue<int> numbers;
  numbers.put(1);
  numbers.get();
  numbers.task_done();
  return is_refused(numbers) ? 0 : 1;
}
