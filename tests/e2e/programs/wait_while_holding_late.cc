// tests/e2e/programs/wait_while_holding_late.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who puts an item in takes the service's lock afterwards, and so before it puts in the next one.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex service;
lib::mutex queue;
lib::condition_variable not_empty;
int requests = 0;
int items = 0;

void put() {
  await_step(1);
  for (int i = 0; i < 2; ++i) {
    {
      std::lock_guard queue_guard(queue);
      ++items;
      not_empty.notify_one();
    }
    std::lock_guard service_guard(service);
    ++requests;
  }
}

void get() {
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
