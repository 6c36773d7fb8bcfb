// tests/e2e/programs/lost_wakeup.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The notification comes before the wait, nobody remembers it, and the waiter sleeps forever.
// A condition variable is no message box: what happened must stand in a variable that is tested
// under the mutex, in a loop around the wait.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex mutex;
lib::condition_variable ready;

void produce() {
  {
    std::lock_guard guard(mutex);
    ready.notify_one();
  }
  next_step();
}

void consume() {
  await_step(1);
  std::unique_lock guard(mutex);
  ready.wait(guard);  // expect: lost-wakeup
}
}  // namespace

int main() {
  lib::thread producer(produce);
  lib::thread consumer(consume);
  producer.join();
  consumer.join();
}
