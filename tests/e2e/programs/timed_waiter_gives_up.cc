// tests/e2e/programs/timed_waiter_gives_up.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One condition variable for both sides. Who has just woken the other one waits a moment in vain, and then
// for as long as it takes: that it gave up takes nothing from the other one, who has not got its mutex yet.
#include <chrono>

#include "primitives.h"

namespace {
lib::mutex belt;
lib::condition_variable changed;
bool full = false;
bool over = false;

bool is_empty() { return !full; }

void pack() {
  for (int parcel = 0; parcel < 2000; ++parcel) {
    {
      std::lock_guard guard(belt);
      full = true;
      changed.notify_all();
    }
    std::unique_lock lock(belt);
    if (!changed.wait_for(lock, std::chrono::seconds(0), is_empty)) changed.wait(lock, is_empty);
  }
  std::lock_guard guard(belt);
  over = true;
  changed.notify_all();
}

void unpack() {
  for (;;) {
    std::unique_lock lock(belt);
    changed.wait(lock, [] { return full || over; });
    if (!full) return;
    full = false;
    changed.notify_all();
  }
}
}  // namespace

int main() {
  lib::thread unpacker(unpack);
  lib::thread packer(pack);
  packer.join();
  unpacker.join();
}
