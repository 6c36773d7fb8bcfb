// tests/analyzer/sources/atomic_check_then_act/atomic_check_then_act.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <mutex>
#include <thread>

std::atomic<int> seats{3};
std::atomic<int> places{3};
std::atomic<int> chairs{3};
std::atomic<int> sum{0};
std::atomic<int> total{0};
std::atomic<int> limited{0};
std::atomic<int> counted{0};
std::atomic<bool> open{false};
std::mutex mutex;

bool book() {
  if (seats.load() == 0) return false;
  seats.store(seats.load() - 1);  // expect: atomic-check-then-act
  return true;
}
bool book_well() {
  int now = places.load();
  while (now > 0) {
    if (places.compare_exchange_weak(now, now - 1)) return true;
  }
  return false;
}
bool book_locked() {
  std::lock_guard guard(mutex);
  if (chairs.load() == 0) return false;
  chairs.store(chairs.load() - 1);
  return true;
}

void add() {
  sum = sum + 1;  // expect: atomic-check-then-act
}
void add_in_two_lines() {
  int now = total.load();
  total.store(now + 1);  // expect: atomic-check-then-act
}
void add_up_to_ten() {
  if (limited < 10) limited++;  // expect: atomic-check-then-act
}
void swap(std::atomic<int>& other) {
  int theirs = other.load();
  int ours = limited.exchange(theirs);
  other.store(ours);
}
void add_well() {
  counted++;
  if (!open) open.exchange(true);
}
void all_sums() {
  add();
  add_in_two_lines();
  add_up_to_ten();
  swap(total);
  add_well();
}

int main() {
  std::thread first(all_sums);
  std::thread second(all_sums);
  first.join();
  second.join();
  std::thread one(book);
  std::thread two(book);
  std::thread three(book_well);
  std::thread four(book_well);
  std::thread five(book_locked);
  std::thread six(book_locked);
  one.join();
  two.join();
  three.join();
  four.join();
  five.join();
  six.join();
}
