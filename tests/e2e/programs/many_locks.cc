// tests/e2e/programs/many_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Five hundred locks held at once, by two threads, always in the same order.
#include "primitives.h"

namespace {
lib::mutex table[500];

void lock_all() {
  for (lib::mutex& row : table) row.lock();
  for (lib::mutex& row : table) row.unlock();
}
}  // namespace

int main() {
  lib::thread one(lock_all);
  lib::thread two(lock_all);
  one.join();
  two.join();
}
