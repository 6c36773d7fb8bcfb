// instrumented_cases/29_bank_transfer/one_by_one.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two accounts of one class, one method. Money goes both ways at a time, and each transfer locks
// its source first: the same line in the same function, the two orders are in the arguments.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
struct Account {
  lib::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  std::lock_guard from_guard(from.mutex);
  std::lock_guard to_guard(to.mutex);  // expect: lock-order-cycle
  from.balance -= amount;
  to.balance += amount;
}

Account savings;
Account household;

void pay_rent() {
  transfer(savings, household, 30);
  next_step();
}

void put_aside() {
  await_step(1);
  transfer(household, savings, 10);
}
}  // namespace

int main() {
  lib::thread first(pay_rent);
  lib::thread last(put_aside);
  first.join();
  last.join();
}
