// tests/analyzer/sources/lock_order_cycle/two_files/post.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "bank.h"

void post() {
  std::lock_guard first(bank.accounts);
  std::lock_guard second(bank.journal);  // expect-either: lock-order-cycle
  ++bank.entries;
}
