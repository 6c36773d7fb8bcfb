// tests/analyzer/sources/lock_order_cycle/silent_one_thread.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;

void both_orders() {
  {
    std::lock_guard first(a);
    std::lock_guard second(b);
  }
  std::lock_guard first(b);
  std::lock_guard second(a);
}

int main() {
  std::thread one(both_orders);
  one.join();
}
