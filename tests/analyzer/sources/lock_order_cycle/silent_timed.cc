// tests/analyzer/sources/lock_order_cycle/silent_timed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both orders, but one of the two acquisitions that would wait gives up at last.
#include <pthread.h>

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

std::timed_mutex orders;
std::shared_timed_mutex prices;
std::mutex stock;
pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

void sell() {
  std::lock_guard guard(stock);
  if (orders.try_lock_for(std::chrono::hours(1))) orders.unlock();
  if (prices.try_lock_shared_for(std::chrono::hours(1))) prices.unlock_shared();
  const timespec at{};
  if (pthread_mutex_timedlock(&table, &at) == 0) pthread_mutex_unlock(&table);
  std::unique_lock again(orders, std::chrono::hours(1));
}

void deliver() {
  std::lock_guard first(orders);
  std::lock_guard second(stock);
}

void reprice() {
  std::lock_guard first(prices);
  std::lock_guard second(stock);
}

void seat() {
  pthread_mutex_lock(&table);
  std::lock_guard second(stock);
  pthread_mutex_unlock(&table);
}

int main() {
  std::thread threads[] = {std::thread(sell), std::thread(deliver), std::thread(reprice),
                           std::thread(seat)};
  for (std::thread& thread : threads) thread.join();
}
