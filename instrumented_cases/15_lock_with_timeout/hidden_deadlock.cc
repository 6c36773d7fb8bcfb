// instrumented_cases/15_lock_with_timeout/hidden_deadlock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both orders, as in 14, but the second lock is only waited for with a time-out. The program does
// not hang: it stands still for a moment, one side gives up, and nobody sees why it is slow.
#include <chrono>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::timed_mutex accounts;
lib::timed_mutex journal;

bool take_both(lib::timed_mutex& first, lib::timed_mutex& second, std::chrono::seconds patience) {
  std::lock_guard first_guard(first);
  next_step();
  await_step(2);
  std::unique_lock second_guard(second, patience);  // expect-code: lock-order-cycle
  return second_guard.owns_lock();
}
}  // namespace

int main() {
  lib::thread patient([] { take_both(accounts, journal, std::chrono::seconds(60)); });
  lib::thread hasty([] { take_both(journal, accounts, std::chrono::seconds(0)); });
  patient.join();
  hasty.join();
}
