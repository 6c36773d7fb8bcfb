// instrumented_cases/13_producer_consumer/queue.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A bounded queue: the producer waits while it is full, the consumers while it is empty, and
// closing it tells them that nothing more will come.
#include "lockweave/queue.h"
#include "instrumented_cases/support/lib.h"

namespace {
lockweave::queue<int> belt(3);
lib::atomic<int> packed{0};

void pack() {
  while (const auto parcel = belt.get()) packed += *parcel;
}
}  // namespace

int main() {
  lib::thread first(pack);
  lib::thread second(pack);
  for (int parcel = 1; parcel <= 10; ++parcel) belt.put(parcel);
  belt.close();
  first.join();
  second.join();
  return packed == 55 ? 0 : 1;
}
