// tests/peers/healthy/shared_mutexes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Readers and writers of a shared_mutex, recursion, scoped_lock in both orders, timed locks.
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace {

std::shared_mutex table_mutex;
std::map<int, int> table;
std::recursive_mutex recursive;
std::timed_mutex timed;
std::mutex left;
std::mutex right;
long moved = 0;
long depth_sum = 0;
long timed_sum = 0;

void read_or_write(int i) {
  if (i % 8 == 0) {
    const std::unique_lock lock(table_mutex);
    ++table[i % 32];
  } else {
    const std::shared_lock lock(table_mutex);
    (void)table.count(i % 32);
  }
}

void recurse(int depth) {
  const std::lock_guard lock(recursive);
  ++depth_sum;
  if (depth > 0) recurse(depth - 1);
}

void move(bool forth) {
  if (forth) {
    const std::scoped_lock both(left, right);
    ++moved;
  } else {
    const std::scoped_lock both(right, left);
    ++moved;
  }
}

void lock_timed() {
  while (!timed.try_lock_for(std::chrono::seconds(5))) continue;
  ++timed_sum;
  timed.unlock();
}

}  // namespace

int main() {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 800; ++i) {
        read_or_write(i);
        recurse(2);
        move(t % 2 == 0);
        lock_timed();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%zu %ld %ld %ld\n", table.size(), depth_sum, moved, timed_sum);
}
