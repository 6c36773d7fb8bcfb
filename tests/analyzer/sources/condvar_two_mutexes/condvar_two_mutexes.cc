// tests/analyzer/sources/condvar_two_mutexes/condvar_two_mutexes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex left;
std::mutex right;
std::condition_variable ready;
bool done = false;

void wait_left() {
  std::unique_lock guard(left);
  ready.wait(guard, [] { return done; });  // expect-either: condvar-two-mutexes
}
void wait_right() {
  std::unique_lock guard(right);
  ready.wait(guard, [] { return done; });  // expect-either: condvar-two-mutexes
}

int main() {
  std::thread one(wait_left);
  std::thread two(wait_right);
  {
    std::scoped_lock both(left, right);
    done = true;
  }
  ready.notify_all();
  one.join();
  two.join();
}
