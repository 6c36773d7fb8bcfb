// tests/analyzer/sources/lock_order_cycle/tbb.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <tbb.h>

#include <thread>

tbb::mutex plain, other;
tbb::queuing_mutex queuing;
tbb::spin_rw_mutex shared, also;

void forth() {
  tbb::mutex::scoped_lock one(plain);
  tbb::queuing_mutex::scoped_lock two;
  two.acquire(queuing);  // expect-either: lock-order-cycle
}
void back() {
  tbb::queuing_mutex::scoped_lock two(queuing);
  tbb::mutex::scoped_lock one;
  one.acquire(plain);  // expect-either: lock-order-cycle
}
void released() {
  tbb::queuing_mutex::scoped_lock one(queuing);
  one.release();
  tbb::mutex::scoped_lock two(other);
}
void other_way() {
  tbb::mutex::scoped_lock two(other);
  tbb::queuing_mutex::scoped_lock one(queuing);
}
void tried() {
  tbb::mutex::scoped_lock one(plain);
  tbb::mutex::scoped_lock two;
  if (two.try_acquire(other)) two.release();
}
void untried() {
  tbb::mutex::scoped_lock two(other);
  tbb::mutex::scoped_lock one(plain);
}
// Readers do not wait for each other.
void reads() {
  tbb::spin_rw_mutex::scoped_lock one(shared, false);
  tbb::spin_rw_mutex::scoped_lock two(also, false);
}
void reads_back() {
  tbb::spin_rw_mutex::scoped_lock two;
  two.acquire(also, false);
  tbb::spin_rw_mutex::scoped_lock one(shared, false);
}

int main() {
  std::thread threads[] = {std::thread(forth),     std::thread(back),      std::thread(released),
                           std::thread(other_way), std::thread(tried),     std::thread(untried),
                           std::thread(reads),     std::thread(reads_back)};
  for (std::thread& one : threads) one.join();
}
