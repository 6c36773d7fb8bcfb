// tests/analyzer/sources/data_race/globals.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <mutex>
#include <thread>

std::mutex mutex;
int counter = 0;
int guarded = 0;
std::atomic<int> atomic_counter{0};
const int limit = 3;
int prepared = 0;
int result = 0;
thread_local int own = 0;

void count() {
  ++counter;  // expect: data-race
  ++atomic_counter;
  ++own;
  std::lock_guard guard(mutex);
  guarded += limit + prepared;
}
void once_more() { result = 1; }

int main() {
  prepared = 1;  // before any thread
  std::thread one(count);
  std::thread two(count);
  one.join();
  two.join();
  std::thread three(once_more);
  three.join();
  return result + guarded + counter;  // after all threads
}
