// tests/analyzer/sources/lock_order_cycle/attributes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's thread-safety attributes say what a function without a body does.
#include <mutex>
#include <thread>

class __attribute__((capability("mutex"))) Lock {
 public:
  void lock() __attribute__((acquire_capability()));
  void unlock() __attribute__((release_capability()));
};

Lock table;
std::mutex log;

void update() {
  table.lock();
  log.lock();  // expect-either: lock-order-cycle
  log.unlock();
  table.unlock();
}
void dump() {
  std::lock_guard guard(log);
  table.lock();  // expect-either: lock-order-cycle
  table.unlock();
}

int main() {
  std::thread one(update);
  std::thread two(dump);
  one.join();
  two.join();
}
