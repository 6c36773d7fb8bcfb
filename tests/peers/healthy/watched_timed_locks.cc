// tests/peers/healthy/watched_timed_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A watched variable, guarded by locks that are taken with a time limit, exclusive and shared.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "lockweave/shared.h"

namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 3;
constexpr int kRounds = 20;

std::timed_mutex orders_lock;
std::shared_timed_mutex table_lock;
lockweave::shared<int> orders{0};
lockweave::shared<int> rows{0};

void must(bool taken) {
  if (!taken) std::abort();
}

void work(int& seen) {
  for (int round = 0; round < kRounds; ++round) {
    must(orders_lock.try_lock_for(60s));
    ++orders;
    orders_lock.unlock();
    must(table_lock.try_lock_until(std::chrono::system_clock::now() + 60s));
    ++rows;
    table_lock.unlock();
    must(table_lock.try_lock_shared_for(60s));
    seen = rows;
    table_lock.unlock_shared();
  }
}

}  // namespace

int main() {
  int seen[kThreads] = {};
  std::vector<std::thread> threads;
  for (int& one : seen) threads.emplace_back([&one] { work(one); });
  for (std::thread& thread : threads) thread.join();
  std::printf("%d orders, %d rows\n", orders.load(), rows.load());
}
