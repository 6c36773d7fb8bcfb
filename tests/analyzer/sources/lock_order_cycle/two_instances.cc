// tests/analyzer/sources/lock_order_cycle/two_instances.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From one account to another, in whatever order they are given.
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 0;
};

void transfer(Account& from, Account& to, int amount) {
  std::lock_guard first(from.mutex);
  std::lock_guard second(to.mutex);  // expect: lock-order-cycle
  from.balance -= amount;
  to.balance += amount;
}

Account savings;
Account household;

int main() {
  std::thread one([] { transfer(savings, household, 1); });
  std::thread two([] { transfer(household, savings, 2); });
  one.join();
  two.join();
}
