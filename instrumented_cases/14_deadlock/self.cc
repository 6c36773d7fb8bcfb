// instrumented_cases/14_deadlock/self.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread needs nobody else for a deadlock: it waits for itself.
#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex mutex;
int value = 0;

void add(int amount) {
  std::lock_guard guard(mutex);  // expect: double-lock
  value += amount;
}

void add_twice(int amount) {
  std::lock_guard guard(mutex);
  add(amount);
  add(amount);
}
}  // namespace

int main() {
  add_twice(1);
  return value;
}
