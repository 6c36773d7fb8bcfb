// tests/analyzer/sources/lock_order_cycle/two_files/audit.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <thread>

#include "bank.h"

Bank bank;

void audit() {
  std::lock_guard first(bank.journal);
  std::lock_guard second(bank.accounts);  // expect-either: lock-order-cycle
  ++bank.entries;
}

int main() {
  std::thread one(post);
  std::thread two(audit);
  one.join();
  two.join();
}
