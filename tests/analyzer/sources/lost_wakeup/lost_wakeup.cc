// tests/analyzer/sources/lost_wakeup/lost_wakeup.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable ready;
bool done = false;
bool fine = false;

void wait_for_both() {
  std::unique_lock guard(mutex);
  while (!done) ready.wait(guard);
  while (!fine) ready.wait(guard);
}
void announce() {
  done = true;  // expect: lost-wakeup
  ready.notify_one();
}
// Notifying after the mutex was given back is allowed.
void announce_well() {
  {
    std::lock_guard guard(mutex);
    fine = true;
  }
  ready.notify_one();
}

int main() {
  std::thread waiter(wait_for_both);
  std::thread one(announce);
  std::thread two(announce_well);
  waiter.join();
  one.join();
  two.join();
}
