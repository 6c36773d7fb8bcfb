// tests/analyzer/sources/write_under_shared_lock/write_under_shared_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <shared_mutex>
#include <thread>

std::shared_mutex mutex;
int reads = 0;
int text = 0;

int look() {
  std::shared_lock guard(mutex);
  ++reads;  // expect: write-under-shared-lock
  return text;
}
void change() {
  std::unique_lock guard(mutex);
  ++text;
  reads = 0;
}

int main() {
  std::thread one(look);
  std::thread two(look);
  std::thread three(change);
  one.join();
  two.join();
  three.join();
}
