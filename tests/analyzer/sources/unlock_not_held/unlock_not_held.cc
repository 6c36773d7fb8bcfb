// tests/analyzer/sources/unlock_not_held/unlock_not_held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>

std::mutex mutex;

void twice() {
  mutex.lock();
  mutex.unlock();
  mutex.unlock();  // expect: unlock-not-held
}
void wrong_path(bool failed) {
  mutex.lock();
  if (failed) mutex.unlock();
  if (failed) return;
  mutex.unlock();
}
// A caller took it.
void give_back() { mutex.unlock(); }
void take_and_give_back() {
  mutex.lock();
  give_back();
}

int main() {
  twice();
  wrong_path(true);
  take_and_give_back();
}
