// tests/analyzer/sources/lock_order_cycle/silent_same_name_in_folders/main.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <thread>

void left();
void right();

std::mutex& shared() {
  static std::mutex mutex;
  return mutex;
}

int main() {
  std::thread one(left);
  std::thread two(right);
  one.join();
  two.join();
}
