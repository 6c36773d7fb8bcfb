// tests/e2e/programs/once_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The initialisation takes the lock that a caller holds. Here the caller finds it done; a little earlier
// it would have waited for it, and it for the caller.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex settings;
std::once_flag loaded;

void load() {
  std::lock_guard guard(settings);  // expect-either: lock-order-cycle
}

void first() {
  std::call_once(loaded, load);
  next_step();
}

void later() {
  await_step(1);
  std::lock_guard guard(settings);
  std::call_once(loaded, load);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread one(first);
  lib::thread two(later);
  one.join();
  two.join();
}
