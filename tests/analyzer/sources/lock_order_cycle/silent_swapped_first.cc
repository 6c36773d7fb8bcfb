// tests/analyzer/sources/lock_order_cycle/silent_swapped_first.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two locks that are put in order before they are taken, both ways round.
#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

struct Account {
  std::mutex mutex;
};
Account savings, household;
std::mutex forks[5];

void transfer(Account* from, Account* to) {
  if (from > to) std::swap(from, to);
  std::lock_guard one(from->mutex);
  std::lock_guard two(to->mutex);
}
void eat(int seat) {
  int left = seat;
  int right = (seat + 1) % 5;
  if (left > right) std::swap(left, right);
  std::lock_guard one(forks[left]);
  std::lock_guard two(forks[right]);
}
void sorted(Account* one, Account* two) {
  Account* both[] = {one, two};
  std::sort(both, both + 2);
  std::lock_guard first(both[0]->mutex);
  std::lock_guard second(both[1]->mutex);
}

int main() {
  std::thread threads[] = {std::thread(transfer, &savings, &household),
                           std::thread(transfer, &household, &savings),
                           std::thread(sorted, &savings, &household),
                           std::thread(sorted, &household, &savings),
                           std::thread(eat, 0),
                           std::thread(eat, 1),
                           std::thread(eat, 4)};
  for (std::thread& one : threads) one.join();
}
