// tests/analyzer/sources/lock_order_cycle/own_movable_guard.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A guard of the user's own that can be returned, moved, and released early.
#include <mutex>
#include <thread>
#include <utility>

class Guard {
 public:
  explicit Guard(std::mutex& mutex) : mutex_(&mutex) { mutex_->lock(); }
  Guard(Guard&& other) : mutex_(other.mutex_) { other.mutex_ = nullptr; }
  ~Guard() {
    if (mutex_ != nullptr) mutex_->unlock();
  }
  void release() {
    mutex_->unlock();
    mutex_ = nullptr;
  }

 private:
  std::mutex* mutex_;
};

std::mutex first, second, third, fourth, fifth, sixth;

Guard lock_it(std::mutex& mutex) { return Guard(mutex); }

void returned_forth() {
  { auto one = lock_it(first); }
  std::lock_guard two(second);
}
void returned_back() {
  std::lock_guard two(second);
  auto one = lock_it(first);
}
void moved_forth() {
  {
    Guard one(third);
    Guard other(std::move(one));
  }
  std::lock_guard two(second);
}
void moved_back() {
  std::lock_guard two(second);
  Guard one(third);
}
void released_forth() {
  auto one = lock_it(fourth);
  one.release();
  std::lock_guard two(second);
}
void released_back() {
  std::lock_guard two(second);
  auto one = lock_it(fourth);
}
void kept_forth() {
  auto one = lock_it(fifth);
  Guard other(std::move(one));
  std::lock_guard two(sixth);  // expect-either: lock-order-cycle
}
void kept_back() {
  std::lock_guard two(sixth);
  auto one = lock_it(fifth);  // expect-either: lock-order-cycle
}

int main() {
  std::thread threads[] = {std::thread(returned_forth), std::thread(returned_back),
                           std::thread(moved_forth),    std::thread(moved_back),
                           std::thread(released_forth), std::thread(released_back),
                           std::thread(kept_forth),     std::thread(kept_back)};
  for (std::thread& one : threads) one.join();
}
