// tests/analyzer/sources/wait_while_holding/wait_while_holding.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex outer;
std::mutex inner;
std::condition_variable ready;
bool done = false;

void waits() {
  std::lock_guard keeps(outer);
  std::unique_lock guard(inner);
  ready.wait(guard, [] { return done; });  // expect: wait-while-holding
}
void notifies() {
  std::lock_guard keeps(outer);
  std::lock_guard guard(inner);
  done = true;
  ready.notify_one();
}

int main() {
  std::thread one(waits);
  std::thread two(notifies);
  one.join();
  two.join();
}
