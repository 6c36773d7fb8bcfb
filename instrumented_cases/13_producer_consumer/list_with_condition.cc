// instrumented_cases/13_producer_consumer/list_with_condition.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// What a queue is inside: a list, a mutex, and a condition to wait for.
#include <list>

#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lib::condition_variable changed;
lockweave::shared<std::list<int>> belt;

void put(int parcel) {
  std::lock_guard guard(mutex);
  belt.write()->push_back(parcel);
  changed.notify_one();
}

int take() {
  std::unique_lock guard(mutex);
  while (belt.read()->empty()) changed.wait(guard);
  const int parcel = belt.read()->front();
  belt.write()->pop_front();
  return parcel;
}
}  // namespace

int main() {
  int sum = 0;
  lib::thread consumer([&sum] {
    for (int i = 0; i < 10; ++i) sum += take();
  });
  for (int parcel = 1; parcel <= 10; ++parcel) put(parcel);
  consumer.join();
  return sum == 55 ? 0 : 1;
}
