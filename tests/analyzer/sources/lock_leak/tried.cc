// tests/analyzer/sources/lock_leak/tried.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that may not have been got is held where the branch says so, and only there.
#include <chrono>
#include <mutex>

std::timed_mutex mutex;
std::mutex other;
int value = 0;

void forgets() {
  if (mutex.try_lock()) {
    if (value == 3) {
      return;  // expect: lock-leak
    }
    mutex.unlock();
  }
  value = 2;
}
bool forgets_the_second(bool wanted) {
  if (wanted && other.try_lock()) {
    if (value == 3) {
      return false;  // expect: lock-leak
    }
    other.unlock();
  }
  return true;
}

void plain() {
  if (mutex.try_lock()) {
    mutex.unlock();
  }
}
void returns_early() {
  if (mutex.try_lock()) {
    mutex.unlock();
    return;
  }
  value = 2;
}
bool compared() {
  if (mutex.try_lock() == true) {
    mutex.unlock();
    return true;
  }
  if (mutex.try_lock() == false) return false;
  mutex.unlock();
  return true;
}
bool timed() {
  if (mutex.try_lock_for(std::chrono::seconds(1))) {
    mutex.unlock();
    return true;
  }
  return false;
}
bool one_of_two(bool wanted) {
  if (wanted && mutex.try_lock()) {
    mutex.unlock();
    return true;
  }
  return false;
}
bool neither(bool wanted) {
  if (!wanted || !mutex.try_lock()) return false;
  mutex.unlock();
  return true;
}
void some_rounds() {
  for (int round = 0; round < 3; ++round) {
    if (mutex.try_lock()) {
      mutex.unlock();
      break;
    }
  }
}
void until_got() {
  while (!mutex.try_lock()) {
  }
  mutex.unlock();
}
void chosen() { value = mutex.try_lock() ? (mutex.unlock(), 1) : 0; }
void both() {
  if (std::try_lock(mutex, other) == -1) {
    mutex.unlock();
    other.unlock();
  }
}
void both_later() {
  const int failed = std::try_lock(mutex, other);
  if (failed != -1) return;
  mutex.unlock();
  other.unlock();
}

int main() {
  forgets();
  plain();
  returns_early();
  some_rounds();
  until_got();
  both();
  both_later();
  return forgets_the_second(true) + compared() + timed() + one_of_two(true) + neither(true);
}
