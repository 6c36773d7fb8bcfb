// tests/analyzer/sources/lock_order_cycle/two_tables/one.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two programs, each with a table of philosophers of its own, in functions of one name: two bugs.
#include <mutex>
#include <thread>

static std::mutex forks_of_one[5];

static void dine(int seat) {
  std::lock_guard left(forks_of_one[seat]);
  std::lock_guard right(forks_of_one[(seat + 1) % 5]);  // expect: lock-order-cycle
}

int main() {
  std::thread first(dine, 0);
  std::thread second(dine, 4);
  first.join();
  second.join();
}
