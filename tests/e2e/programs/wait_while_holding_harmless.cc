// tests/e2e/programs/wait_while_holding_harmless.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A thread keeps a lock while it waits, but nobody who could end the wait ever takes that lock.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex service;
lib::mutex queue;
lib::condition_variable not_empty;
lib::condition_variable not_full;
int requests = 0;
int items = 0;

void put() {
  await_step(1);
  std::lock_guard queue_guard(queue);
  ++items;
  not_empty.notify_one();
}

void get() {
  std::lock_guard service_guard(service);
  std::unique_lock queue_guard(queue);
  next_step();
  while (items == 0) not_empty.wait(queue_guard);
  --items;
  not_full.notify_one();
}

void count() {
  await_step(1);
  std::lock_guard service_guard(service);
  ++requests;
}
}  // namespace

int main() {
  lib::thread producer(put);
  lib::thread consumer(get);
  lib::thread other(count);
  producer.join();
  consumer.join();
  other.join();
}
