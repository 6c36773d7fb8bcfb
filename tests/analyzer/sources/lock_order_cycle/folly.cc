// tests/analyzer/sources/lock_order_cycle/folly.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <folly.h>

#include <mutex>
#include <thread>

folly::Synchronized<int> first, second, third, fourth, fifth, sixth;
folly::SharedMutex held, also;

void forth() {
  auto one = first.wlock();
  auto two = second.wlock();  // expect: lock-order-cycle
}
void back() {
  auto two = second.rlock();
  auto one = first.rlock();
}
void called_forth() {
  third.withWLock([](int&) {
    fourth.withWLock([](int&) {});  // expect: lock-order-cycle
  });
}
void called_back() {
  auto two = fourth.wlock();
  auto one = third.wlock();
}
void held_forth() {
  folly::SharedMutex::WriteHolder one(held);
  folly::SharedMutex::ReadHolder two(also);  // expect: lock-order-cycle
}
void held_back() {
  folly::SharedMutex::WriteHolder two(also);
  folly::SharedMutex::WriteHolder one(held);
}
// For one expression, or a block.
void short_forth() {
  *fifth.wlock() = 3;
  auto two = sixth.wlock();
  two.unlock();
  auto one = fifth.wlock();
}
void short_back() {
  { auto two = sixth.wlock(); }
  auto one = fifth.wlock();
  *one = 4;
}

int main() {
  std::thread threads[] = {std::thread(forth),        std::thread(back),
                           std::thread(called_forth), std::thread(called_back),
                           std::thread(held_forth),   std::thread(held_back),
                           std::thread(short_forth),  std::thread(short_back)};
  for (std::thread& one : threads) one.join();
}
