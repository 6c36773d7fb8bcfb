// tests/e2e/programs/two_lock_cycle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads take the same two locks in opposite orders. This run is lucky: the report starts
// when the transfer is over. On another day both hold their first lock and wait forever.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex accounts;
lib::mutex journal;

void transfer() {
  {
    std::lock_guard accounts_guard(accounts);
    std::lock_guard journal_guard(journal);  // expect-either: lock-order-cycle
  }
  next_step();
}

void report() {
  await_step(1);
  std::lock_guard journal_guard(journal);
  std::lock_guard accounts_guard(accounts);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread teller(transfer);
  lib::thread auditor(report);
  teller.join();
  auditor.join();
}
