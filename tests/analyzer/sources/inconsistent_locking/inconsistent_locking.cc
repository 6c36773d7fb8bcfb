// tests/analyzer/sources/inconsistent_locking/inconsistent_locking.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Four accesses hold the lock, one does not. Which threads use the class is not known here.
#include <mutex>

class Counter {
 public:
  Counter() { value_ = 1; }
  void add() {
    std::lock_guard guard(mutex_);
    ++value_;
  }
  void subtract() {
    std::lock_guard guard(mutex_);
    --value_;
  }
  void reset() {
    std::lock_guard guard(mutex_);
    clear();
  }
  int get() {
    std::lock_guard guard(mutex_);
    return value_;
  }
  int peek() {
    return value_;  // expect: inconsistent-locking
  }

 private:
  void clear() { value_ = 0; }  // its only caller holds the lock
  std::mutex mutex_;
  int value_ = 0;
};
