// tests/analyzer/sources/lock_order_cycle/wrappers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lock_table() leaves the lock held, unlock_table() gives it back: neither leaks, and the order counts.
#include <mutex>
#include <thread>

std::mutex table;
std::mutex log;

void lock_table() { table.lock(); }
void unlock_table() { table.unlock(); }

void update() {
  lock_table();
  log.lock();  // expect-either: lock-order-cycle
  log.unlock();
  unlock_table();
}
void dump() {
  std::lock_guard guard(log);
  std::lock_guard inner(table);  // expect-either: lock-order-cycle
}

int main() {
  std::thread one(update);
  std::thread two(dump);
  one.join();
  two.join();
}
