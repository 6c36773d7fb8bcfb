// tests/e2e/programs/deadlock_two_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The deadlock itself: each thread holds one lock and waits for the other's. The steps make it
// certain: nobody asks for a second lock before both have their first.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex accounts;
lib::mutex journal;

void transfer() {
  std::lock_guard accounts_guard(accounts);
  next_step();
  await_step(2);
  std::lock_guard journal_guard(journal);  // expect-either: deadlock
}

void report() {
  std::lock_guard journal_guard(journal);
  next_step();
  await_step(2);
  std::lock_guard accounts_guard(accounts);  // expect-either: deadlock
}
}  // namespace

int main() {
  lib::thread teller(transfer);
  lib::thread auditor(report);
  teller.join();
  auditor.join();
}
