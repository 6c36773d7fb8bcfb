// tests/analyzer/sources/lock_order_cycle/three_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;
std::mutex c;

void first() {
  std::lock_guard outer(a);
  std::lock_guard inner(b);  // expect-either: lock-order-cycle
}
void second() {
  std::lock_guard outer(b);
  std::lock_guard inner(c);  // expect-either: lock-order-cycle
}
void third() {
  std::lock_guard outer(c);
  std::lock_guard inner(a);  // expect-either: lock-order-cycle
}

int main() {
  std::thread one(first);
  std::thread two(second);
  std::thread three(third);
  one.join();
  two.join();
  three.join();
}
