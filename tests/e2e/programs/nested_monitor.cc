// tests/e2e/programs/nested_monitor.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A queue inside a service, each with a mutex. get() gives the queue's mutex back while it waits,
// not the service's, and put() needs the service's: nobody can ever put.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex service;
lib::mutex queue;
lib::condition_variable not_empty;
int items = 0;

void get() {
  std::lock_guard service_guard(service);
  std::unique_lock queue_guard(queue);
  next_step();
  while (items == 0) not_empty.wait(queue_guard);  // expect-either: deadlock
  --items;
}

void put() {
  await_step(1);
  std::lock_guard service_guard(service);  // expect-either: deadlock
  std::lock_guard queue_guard(queue);
  ++items;
  not_empty.notify_one();
}
}  // namespace

int main() {
  lib::thread consumer(get);
  lib::thread producer(put);
  consumer.join();
  producer.join();
}
