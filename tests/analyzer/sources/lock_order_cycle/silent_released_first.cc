// tests/analyzer/sources/lock_order_cycle/silent_released_first.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chained, never nested.
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;

void forwards() {
  std::unique_lock first(a);
  first.unlock();
  std::lock_guard second(b);
}
void backwards() {
  std::unique_lock first(b);
  first.unlock();
  std::lock_guard second(a);
}

int main() {
  std::thread one(forwards);
  std::thread two(backwards);
  one.join();
  two.join();
}
