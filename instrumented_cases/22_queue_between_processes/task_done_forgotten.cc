// instrumented_cases/22_queue_between_processes/task_done_forgotten.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// One path of the consumer forgets task_done(). The consumer is through with everything and has
// gone; join() still waits for the one that nobody called done. (Between threads, where it can be
// proved: between processes somebody else could always still do it.)
#include "instrumented_cases/support/lib.h"
#include "lockweave/queue.h"

namespace {
lockweave::joinable_queue<int> numbers;

void add_up() {
  while (const auto number = numbers.get()) {
    if (*number < 0) continue;
    numbers.task_done();
  }
}
}  // namespace

int main() {
  lib::thread consumer(add_up);
  numbers.put(1);
  numbers.put(-1);
  numbers.close();
  consumer.join();
  numbers.join();  // expect: queue-imbalance
}
