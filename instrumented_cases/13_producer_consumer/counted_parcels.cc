// instrumented_cases/13_producer_consumer/counted_parcels.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A semaphore made by hand, and a belt: the consumer comes late, finds parcels counted and does not
// wait. It has looked at the counter all the same, before it takes one off.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lib::condition_variable changed;
lockweave::shared<int> parcels{0};
lockweave::shared<int[2]> belt;

void produce() {
  for (auto& parcel : belt) {
    parcel = 7;
    std::lock_guard guard(mutex);
    ++parcels;
    changed.notify_one();
  }
  next_step();
}

void await_parcel() {
  std::unique_lock guard(mutex);
  while (parcels == 0) changed.wait(guard);
  --parcels;
}

void consume() {
  await_step(1);
  for (auto& parcel : belt) {
    await_parcel();
    parcel = 0;
  }
}
}  // namespace

int main() {
  lib::thread producer(produce);
  lib::thread consumer(consume);
  producer.join();
  consumer.join();
}
