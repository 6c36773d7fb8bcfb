// tests/analyzer/sources/double_lock/silent_paths.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One condition decides both: never twice.
#include <mutex>

std::mutex mutex;

void maybe(bool locked_already) {
  if (!locked_already) mutex.lock();
  if (!locked_already) mutex.unlock();
}
void tried() {
  if (!mutex.try_lock()) return;
  mutex.unlock();
  mutex.lock();
  mutex.unlock();
}
void by_guard(bool late) {
  std::unique_lock guard(mutex, std::defer_lock);
  if (late) guard.lock();
  if (!guard.owns_lock()) guard.lock();
}

int main() {
  maybe(false);
  tried();
  by_guard(true);
}
