// instrumented_cases/13_producer_consumer/consumer_gone.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// The consumer takes one parcel and leaves. The producer fills the belt and waits for room that
// nobody will make.
#include "instrumented_cases/support/lib.h"
#include "lockweave/queue.h"

namespace {
lockweave::queue<int> belt(1);

void pack_one() { belt.get(); }
}  // namespace

int main() {
  lib::thread consumer(pack_one);
  belt.put(1);
  consumer.join();
  belt.put(2);
  belt.put(3);  // expect-run: deadlock
}
