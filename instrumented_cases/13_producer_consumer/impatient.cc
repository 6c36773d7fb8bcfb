// instrumented_cases/13_producer_consumer/impatient.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// A packer gives up when the belt is full, and then waits after all. The unpacker has been woken for the
// parcel before: that the packer gave up takes nothing from it.
// expect-none
#include <chrono>

#include "instrumented_cases/support/lib.h"
#include "lockweave/queue.h"

namespace {
lockweave::queue<int> belt(1);

void pack() {
  for (int round = 0; round < 2000; ++round) {
    belt.put(1);
    belt.put_for(2, std::chrono::seconds(0));
    belt.put(3);
  }
  belt.close();
}

void unpack() {
  while (belt.get()) {
  }
}
}  // namespace

int main() {
  lib::thread unpacker(unpack);
  lib::thread packer(pack);
  packer.join();
  unpacker.join();
}
