// tests/e2e/programs/self_deadlock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A method that locks calls another method that locks the same: a mutex is not recursive.
#include "primitives.h"

namespace {
class Counter {
 public:
  void add(int amount) {
    std::lock_guard guard(mutex_);  // expect: double-lock
    value_ += amount;
  }
  void add_twice(int amount) {
    std::lock_guard guard(mutex_);
    add(amount);
    add(amount);
  }

 private:
  lib::mutex mutex_;
  int value_ = 0;
};
}  // namespace

int main() {
  Counter counter;
  counter.add(1);
  counter.add_twice(2);
}
