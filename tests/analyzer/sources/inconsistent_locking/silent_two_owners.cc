// tests/analyzer/sources/inconsistent_locking/silent_two_owners.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A container of the user's is part of two classes, and each guards it with a mutex of its own.
#include <mutex>

class Ring {
 public:
  void push(int value) { values_[end_++ % 8] = value; }
  int size() const { return end_; }

 private:
  int values_[8] = {};
  int end_ = 0;
};

class History {
 public:
  void add(int value) {
    std::lock_guard guard(mutex_);
    ring_.push(value);
  }
  int size() {
    std::lock_guard guard(mutex_);
    return ring_.size();
  }
  void twice(int value) {
    std::lock_guard guard(mutex_);
    ring_.push(value);
    ring_.push(value);
  }

 private:
  std::mutex mutex_;
  Ring ring_;
};

class Queue {
 public:
  void put(int value) {
    std::lock_guard guard(queue_mutex_);
    ring_.push(value);
  }

 private:
  std::mutex queue_mutex_;
  Ring ring_;
};
