// tests/analyzer/sources/lock_order_cycle/two_functions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two free functions, two globals: what every peer overlooks.
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;

void forwards() {
  std::lock_guard first(a);
  std::lock_guard second(b);  // expect-either: lock-order-cycle
}
void backwards() {
  std::lock_guard first(b);
  std::lock_guard second(a);  // expect-either: lock-order-cycle
}

int main() {
  std::thread one(forwards);
  std::thread two(backwards);
  one.join();
  two.join();
}
