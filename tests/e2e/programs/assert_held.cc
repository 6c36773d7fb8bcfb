// tests/e2e/programs/assert_held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function says that its callers hold the lock, and one of them does not.
#include "lockweave/annotations.h"
#include "primitives.h"

namespace {
lib::mutex accounts;
int balance = 0;

[[gnu::noinline]] void add(int amount) {
  LOCKWEAVE_ASSERT_HELD(&accounts);  // expect: inconsistent-locking
  balance += amount;
}
}  // namespace

int main() {
  {
    std::lock_guard guard(accounts);
    add(1);
  }
  add(2);
  return balance == 3 ? 0 : 1;
}
