// instrumented_cases/13_producer_consumer/never_closed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// The consumer waits for the next parcel for ever, main for the consumer. Nobody has said that it
// is over.
#include "instrumented_cases/support/lib.h"
#include "lockweave/queue.h"

namespace {
lockweave::queue<int> belt;

void pack() {
  while (belt.get()) continue;  // expect-run: queue-imbalance
}
}  // namespace

int main() {
  lib::thread consumer(pack);
  belt.put(1);
  consumer.join();  // expect-code: queue-imbalance
}
