// tests/analyzer/sources/lock_order_cycle/absl.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <absl.h>

#include <thread>

absl::Mutex first, second, third, fourth, fifth, sixth;
bool ready;

void forth() {
  absl::MutexLock one(&first);
  absl::ReleasableMutexLock two(&second);  // expect-either: lock-order-cycle
}
void back() {
  second.Lock();
  first.Lock();  // expect-either: lock-order-cycle
  first.Unlock();
  second.Unlock();
}
void when_ready() {
  third.LockWhen(absl::Condition(&ready));
  absl::MutexLock two(&fourth);  // expect: lock-order-cycle
  third.Unlock();
}
void before_that() {
  absl::MutexLock two(&fourth);
  absl::MutexLock one(&third);
}
void released() {
  absl::ReleasableMutexLock one(&fifth);
  one.Release();
  absl::MutexLock two(&sixth);
}
void tried() {
  absl::MutexLock two(&sixth);
  if (!fifth.TryLock()) return;
  fifth.Unlock();
}

int main() {
  std::thread threads[] = {std::thread(forth),       std::thread(back),     std::thread(when_ready),
                           std::thread(before_that), std::thread(released), std::thread(tried)};
  for (std::thread& one : threads) one.join();
}
