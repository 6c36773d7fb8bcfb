// tests/analyzer/sources/lock_order_cycle/silent_instances_in_one_order.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 0;
};

void transfer(Account& from, Account& to, int amount) {
  std::lock_guard first(from.mutex);
  std::lock_guard second(to.mutex);
  from.balance -= amount;
  to.balance += amount;
}

Account savings;
Account household;

int main() {
  std::thread one([] { transfer(savings, household, 1); });
  std::thread two([] { transfer(savings, household, 2); });
  one.join();
  two.join();
}
