// tests/analyzer/sources/lock_order_cycle/silent_traps.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Guards moved, swapped and released; a handler after a throw; a wait gives its mutex back.
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex a;
std::mutex b;
std::condition_variable ready;
bool done = false;

void moved() {
  std::unique_lock first(b);
  std::unique_lock<std::mutex> second(std::move(first));
  second.unlock();
  std::lock_guard guard(a);
}
void after_throw(int bad) {
  try {
    std::lock_guard guard(b);
    if (bad != 0) throw bad;
  } catch (int) {
    std::lock_guard guard(a);
  }
}
void waits() {
  std::unique_lock guard(b);
  ready.wait(guard, [] { return done; });
  guard.unlock();
  std::lock_guard other(a);
}
void in_order() {
  std::lock_guard first(a);
  std::lock_guard second(b);
  done = true;
  ready.notify_all();
}

int main() {
  std::thread one(moved);
  std::thread two([] { after_throw(1); });
  std::thread three(waits);
  std::thread four(in_order);
  one.join();
  two.join();
  three.join();
  four.join();
}
