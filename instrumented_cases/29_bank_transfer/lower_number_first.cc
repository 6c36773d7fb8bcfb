// instrumented_cases/29_bank_transfer/lower_number_first.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Accounts have numbers; the lower one is locked first, whichever way the money goes.
#include "instrumented_cases/support/lib.h"

namespace {
struct Account {
  int number;
  lib::mutex mutex;
  int balance = 100;
};

void transfer(Account& from, Account& to, int amount) {
  Account& low = from.number < to.number ? from : to;
  Account& high = from.number < to.number ? to : from;
  std::lock_guard low_guard(low.mutex);
  std::lock_guard high_guard(high.mutex);
  from.balance -= amount;
  to.balance += amount;
}

Account savings{1, {}};
Account household{2, {}};

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
