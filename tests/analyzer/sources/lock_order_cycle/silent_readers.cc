// tests/analyzer/sources/lock_order_cycle/silent_readers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex a;
std::shared_mutex b;

void forwards() {
  std::shared_lock first(a);
  std::shared_lock second(b);
}
void backwards() {
  std::shared_lock first(b);
  std::shared_lock second(a);
}

int main() {
  std::thread one(forwards);
  std::thread two(backwards);
  one.join();
  two.join();
}
