// instrumented_cases/13_producer_consumer/room_for_some.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// Six packers, a belt for one parcel, and a driver who leaves after four of twelve: whoever still waits for
// room waits for ever. Parcels that were put meanwhile woke nobody of those.
#include "instrumented_cases/support/lib.h"
#include "lockweave/queue.h"

namespace {
lockweave::queue<int> belt(1);

void pack_two() {
  for (int parcel = 0; parcel < 2; ++parcel) belt.put(parcel);  // expect-run: deadlock
}
}  // namespace

int main() {
  lib::thread packers[6];
  for (lib::thread& packer : packers) packer = lib::thread(pack_two);
  for (int parcel = 0; parcel < 4; ++parcel) belt.get();
  for (lib::thread& packer : packers) packer.join();
}
