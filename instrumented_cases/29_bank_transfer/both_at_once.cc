// instrumented_cases/29_bank_transfer/both_at_once.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// std::scoped_lock takes both, whatever their order, and gives back what it has while it must wait.
#include "instrumented_cases/support/lib.h"

namespace {
struct Account {
  lib::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  std::scoped_lock both(from.mutex, to.mutex);
  from.balance -= amount;
  to.balance += amount;
}

Account savings;
Account household;

void pay_rent() {
  for (int day = 0; day < 100; ++day) transfer(savings, household, 30);
}
void put_aside() {
  for (int day = 0; day < 100; ++day) transfer(household, savings, 10);
}
}  // namespace

int main() {
  lib::thread first(pay_rent);
  lib::thread last(put_aside);
  first.join();
  last.join();
  return savings.balance + household.balance == 200 ? 0 : 1;
}
