// tests/e2e/programs/wait_while_holding.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread keeps the service's lock while it waits for an item. Who puts the item in takes that lock
// too, and had luck: it took it before.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex service;
lib::mutex queue;
lib::condition_variable not_empty;
int requests = 0;
int items = 0;

void put() {
  {
    std::lock_guard service_guard(service);
    ++requests;
  }
  next_step();
  await_step(2);
  std::lock_guard queue_guard(queue);
  ++items;
  not_empty.notify_one();
}

void get() {
  await_step(1);
  std::lock_guard service_guard(service);
  std::unique_lock queue_guard(queue);
  next_step();
  while (items == 0) not_empty.wait(queue_guard);  // expect: wait-while-holding
  --items;
}
}  // namespace

int main() {
  lib::thread producer(put);
  lib::thread consumer(get);
  producer.join();
  consumer.join();
}
