// tests/analyzer/sources/double_lock/same_function.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>

std::mutex mutex;
std::recursive_mutex again;

void twice() {
  std::lock_guard first(mutex);
  mutex.lock();  // expect: double-lock
  mutex.unlock();
}
void twice_is_fine() {
  std::lock_guard first(again);
  std::lock_guard second(again);
}

int main() {
  twice_is_fine();
  twice();
}
