// tests/e2e/programs/three_lock_cycle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A ring of three: each pair of locks is always taken in one order, and still the three orders
// together can deadlock three threads. No two of them would show it.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex cache;
lib::mutex index_lock;
lib::mutex disk;

void lookup() {
  {
    std::lock_guard cache_guard(cache);
    std::lock_guard index_guard(index_lock);  // expect-either: lock-order-cycle
  }
  next_step();
}

void rebuild() {
  await_step(1);
  {
    std::lock_guard index_guard(index_lock);
    std::lock_guard disk_guard(disk);  // expect-either: lock-order-cycle
  }
  next_step();
}

void write_back() {
  await_step(2);
  std::lock_guard disk_guard(disk);
  std::lock_guard cache_guard(cache);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread reader(lookup);
  lib::thread builder(rebuild);
  lib::thread writer(write_back);
  reader.join();
  builder.join();
  writer.join();
}
