// tests/e2e/programs/producer_consumer.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A condition variable used well: the state is changed under the mutex and tested in a loop.
#include "primitives.h"

namespace {
lib::mutex mutex;
lib::condition_variable changed;
int produced = 0;
bool done = false;

void produce() {
  for (int i = 0; i < 1000; ++i) {
    std::lock_guard guard(mutex);
    ++produced;
    changed.notify_all();
  }
  std::lock_guard guard(mutex);
  done = true;
  changed.notify_all();
}

void consume() {
  std::unique_lock guard(mutex);
  for (;;) {
    changed.wait(guard, [] { return produced > 0 || done; });
    if (produced == 0) return;
    --produced;
  }
}
}  // namespace

int main() {
  lib::thread first(consume);
  lib::thread second(consume);
  lib::thread producer(produce);
  first.join();
  second.join();
  producer.join();
}
