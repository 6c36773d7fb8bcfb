// tests/analyzer/sources/lock_order_cycle/silent_together.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// std::lock, scoped_lock and a try back off: no order.
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;

void together() { std::scoped_lock both(a, b); }
void by_function() {
  std::lock(b, a);
  std::lock_guard first(b, std::adopt_lock);
  std::lock_guard second(a, std::adopt_lock);
}
void deferred() {
  std::unique_lock first(b, std::defer_lock);
  std::unique_lock second(a, std::defer_lock);
  std::lock(first, second);
}
void tries() {
  std::lock_guard first(b);
  std::unique_lock second(a, std::try_to_lock);
  if (!second) return;
}
void in_order() {
  std::lock_guard first(a);
  std::lock_guard second(b);
}

int main() {
  std::thread one(together);
  std::thread two(by_function);
  std::thread three(tries);
  std::thread four(in_order);
  std::thread five(deferred);
  one.join();
  two.join();
  three.join();
  four.join();
  five.join();
}
