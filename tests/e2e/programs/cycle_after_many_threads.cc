// tests/e2e/programs/cycle_after_many_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread for each request, each joined before the next: none of them can meet the auditor. The last
// one can.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex accounts;
lib::mutex journal;

void transfer() {
  std::lock_guard accounts_guard(accounts);
  std::lock_guard journal_guard(journal);  // expect-either: lock-order-cycle
}

void last_transfer() {
  transfer();
  next_step();
}

void audit() {
  await_step(1);
  std::lock_guard journal_guard(journal);
  std::lock_guard accounts_guard(accounts);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  for (int i = 0; i < 100; ++i) lib::thread(transfer).join();
  lib::thread teller(last_transfer);
  lib::thread auditor(audit);
  teller.join();
  auditor.join();
}
