// tests/analyzer/sources/lock_order_cycle/own_guard.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A guard class of the user's own, and one that is returned.
#include <mutex>
#include <thread>

std::mutex table;
std::mutex log;

class Holder {
 public:
  explicit Holder(std::mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Holder() { mutex_.unlock(); }

 private:
  std::mutex& mutex_;
};

std::unique_lock<std::mutex> hold_log() {
  std::unique_lock<std::mutex> held(log);
  return held;
}

void update() {
  Holder holder(table);
  std::lock_guard inner(log);  // expect-either: lock-order-cycle
}
void dump() {
  auto held = hold_log();
  Holder holder(table);  // expect-either: lock-order-cycle
}
// After the holder is gone nothing is held.
void neither() {
  { Holder holder(table); }
  std::lock_guard guard(log);
}

int main() {
  std::thread one(update);
  std::thread two(dump);
  std::thread three(neither);
  one.join();
  two.join();
  three.join();
}
