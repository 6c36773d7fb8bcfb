// tests/analyzer/sources/lock_order_cycle/qt.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <qt.h>

#include <thread>

QMutex first, second, third;
QReadWriteLock shared, also;

void forth() {
  QMutexLocker<QMutex> one(&first);
  QMutexLocker<QMutex> two(&second);  // expect: lock-order-cycle
}
void back() {
  second.lock();
  first.lock();
  first.unlock();
  second.unlock();
}
void read_forth() {
  QWriteLocker one(&shared);
  QReadLocker two(&also);  // expect: lock-order-cycle
}
void read_back() {
  QWriteLocker two(&also);
  QWriteLocker one(&shared);
}
void given_back() {
  QMutexLocker<QMutex> two(&third);
  two.unlock();
  QMutexLocker<QMutex> one(&first);
  one.unlock();
  two.relock();
}
void other_way() {
  QMutexLocker<QMutex> one(&first);
  QMutexLocker<QMutex> two(&third);
}

int main() {
  std::thread threads[] = {std::thread(forth),     std::thread(back),       std::thread(read_forth),
                           std::thread(read_back), std::thread(given_back), std::thread(other_way)};
  for (std::thread& one : threads) one.join();
}
