// tests/analyzer/sources/blocking_under_lock/blocking_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <future>
#include <mutex>
#include <semaphore>
#include <thread>

std::mutex mutex;
std::mutex other;
std::binary_semaphore turn{0};
int value = 0;

void work() {
  std::lock_guard guard(mutex);
  ++value;
}
void joins_under_lock() {
  std::thread helper(work);
  std::lock_guard guard(mutex);
  helper.join();  // expect: blocking-under-lock
}
// The joined thread needs another lock only.
void joins_under_other() {
  std::thread helper(work);
  std::lock_guard guard(other);
  helper.join();
}
void joins_after() {
  std::thread helper(work);
  {
    std::lock_guard guard(mutex);
    ++value;
  }
  helper.join();
}
void waits_for_turn() {
  std::lock_guard guard(mutex);
  turn.acquire();  // expect: blocking-under-lock
}
void gives_turn() {
  {
    std::lock_guard guard(mutex);
    ++value;
  }
  turn.release();
}

int main() {
  joins_under_lock();
  joins_under_other();
  joins_after();
  std::thread one(waits_for_turn);
  std::thread two(gives_turn);
  one.join();
  two.join();
}
