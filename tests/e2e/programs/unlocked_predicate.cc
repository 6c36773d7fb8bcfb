// tests/e2e/programs/unlocked_predicate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A proper loop around the wait, and still the wake-up is lost: the flag is set without the mutex,
// so set and notify fit between the test of the flag and the wait.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex mutex;
lib::condition_variable changed;
std::atomic<bool> ready{false};

void produce() {
  await_step(1);
  ready = true;
  changed.notify_one();
  next_step();
}

void consume() {
  std::unique_lock guard(mutex);
  while (!ready) {
    next_step();  // the flag was tested; the producer acts right now
    await_step(2);
    changed.wait(guard);  // expect: lost-wakeup
  }
}
}  // namespace

int main() {
  lib::thread producer(produce);
  lib::thread consumer(consume);
  producer.join();
  consumer.join();
}
