// tests/analyzer/sources/lock_leak/lock_leak.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <stdexcept>

std::mutex mutex;
int value = 0;

int forgets(bool early) {
  mutex.lock();
  if (early) {
    return -1;  // expect: lock-leak
  }
  mutex.unlock();
  return 0;
}
void throws(bool bad) {
  mutex.lock();
  if (bad) {
    throw std::runtime_error("bad");  // expect: lock-leak
  }
  mutex.unlock();
}
// Wrappers and conditional locking are no leaks.
void lock_it() { mutex.lock(); }
void unlock_it() { mutex.unlock(); }
bool try_it() { return mutex.try_lock(); }
bool try_long() {
  if (mutex.try_lock()) return true;
  return false;
}
void optional(bool locking) {
  if (locking) mutex.lock();
  ++value;
  if (locking) mutex.unlock();
}
// The caller's lock, given back for a while.
void pauses(bool pausing) {
  if (!pausing) return;
  mutex.unlock();
  mutex.lock();
}
void guarded(bool bad) {
  std::lock_guard guard(mutex);
  if (bad) throw std::runtime_error("bad");
}

int main() {
  lock_it();
  unlock_it();
  if (try_it()) unlock_it();
  if (try_long()) unlock_it();
  optional(true);
  mutex.lock();
  pauses(true);
  mutex.unlock();
  guarded(false);
  throws(false);
  return forgets(false);
}
