// instrumented_cases/13_producer_consumer/unlocked_list.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A list is no queue. The consumer looks whether it is empty while the producer hangs in a new
// link.
#include <list>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<std::list<int>> belt;

void produce() {
  belt.write()->push_back(1);
  next_step();
}

void consume() {
  await_step(1);
  const bool nothing = belt.read()->empty();  // expect: data-race
  static_cast<void>(nothing);
}
}  // namespace

int main() {
  lib::thread producer(produce);
  lib::thread consumer(consume);
  producer.join();
  consumer.join();
}
