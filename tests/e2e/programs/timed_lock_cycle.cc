// tests/e2e/programs/timed_lock_cycle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that were got with a time limit are held like others: what is waited for without a limit
// while they are held counts.
#include <chrono>

#include "primitives.h"
#include "steps.h"

namespace {
lib::timed_mutex orders;
lib::mutex stock;

void sell() {
  if (orders.try_lock_for(std::chrono::seconds(10))) {
    std::lock_guard guard(stock);  // expect-either: lock-order-cycle
    orders.unlock();
  }
  next_step();
}

void deliver() {
  await_step(1);
  std::lock_guard stock_guard(stock);
  std::lock_guard orders_guard(orders);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread seller(sell);
  lib::thread driver(deliver);
  seller.join();
  driver.join();
}
