// tests/analyzer/sources/lock_order_cycle/templates.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One finding, though the template has two instances.
#include <mutex>
#include <thread>

std::mutex index_lock;
std::mutex data_lock;

template <class T>
void put(T value) {
  std::lock_guard first(index_lock);
  std::lock_guard second(data_lock);  // expect-either: lock-order-cycle
  static_cast<void>(value);
}
void compact() {
  std::lock_guard first(data_lock);
  std::lock_guard second(index_lock);  // expect-either: lock-order-cycle
}

int main() {
  std::thread one([] { put(1); });
  std::thread two([] { put(1.5); });
  std::thread three(compact);
  one.join();
  two.join();
  three.join();
}
