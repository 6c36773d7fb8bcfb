// tests/analyzer/sources/lock_order_cycle/boost.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <boost.h>

#include <thread>

boost::mutex plain;
boost::shared_mutex shared, one_at_a_time;

void forth() {
  boost::upgrade_lock<boost::shared_mutex> one(shared);
  boost::lock_guard<boost::mutex> two(plain);  // expect-either: lock-order-cycle
}
void back() {
  boost::unique_lock<boost::mutex> two(plain);
  boost::shared_lock<boost::shared_mutex> one(shared);  // expect-either: lock-order-cycle
}
void given_back() {
  boost::upgrade_lock<boost::shared_mutex> one(one_at_a_time);
  one.unlock();
  boost::lock_guard<boost::mutex> two(plain);
}
void deferred() {
  boost::lock_guard<boost::mutex> two(plain);
  boost::unique_lock<boost::shared_mutex> one(one_at_a_time, boost::defer_lock);
  one.lock();
}

int main() {
  std::thread threads[] = {std::thread(forth), std::thread(back), std::thread(given_back),
                           std::thread(deferred)};
  for (std::thread& one : threads) one.join();
}
