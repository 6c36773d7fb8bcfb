// tests/e2e/programs/try_lock_then_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One lock is got by trying, the other one by waiting while it is held: the order counts all the same.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex cache;
lib::mutex disk;

void write_back() {
  {
    std::unique_lock cache_guard(cache, std::try_to_lock);
    std::lock_guard disk_guard(disk);  // expect-either: lock-order-cycle
  }
  next_step();
}

void read_ahead() {
  await_step(1);
  std::lock_guard disk_guard(disk);
  std::lock_guard cache_guard(cache);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread writer(write_back);
  lib::thread reader(read_ahead);
  writer.join();
  reader.join();
}
