// tests/e2e/programs/lock_leak.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread leaves by an early return and takes the lock with it into its grave.
#include "primitives.h"

namespace {
lib::mutex settings;
int version = 0;

void reload(bool changed) {
  settings.lock();  // expect: lock-leak
  if (!changed) return;
  ++version;
  settings.unlock();
}
}  // namespace

int main() {
  lib::thread first(reload, true);
  first.join();
  lib::thread second(reload, false);
  second.join();
}
