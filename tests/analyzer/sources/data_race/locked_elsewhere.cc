// tests/analyzer/sources/data_race/locked_elsewhere.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Four accesses hold the lock, one does not, and two threads are there to meet in it.
#include <mutex>
#include <thread>

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
    return value_;  // expect: data-race
  }

 private:
  void clear() { value_ = 0; }  // its only caller holds the lock
  std::mutex mutex_;
  int value_ = 0;
};

Counter counter;

int main() {
  std::thread one([] { counter.add(); });
  std::thread two([] { counter.subtract(); });
  std::thread three([] { counter.reset(); });
  std::thread four([] { counter.get(); });
  std::thread five([] { counter.peek(); });
  one.join();
  two.join();
  three.join();
  four.join();
  five.join();
}
