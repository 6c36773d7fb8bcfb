// tests/e2e/programs/timed_acquisition_cycle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Two locks taken in both orders, but one side asks for its second one with a time limit, and goes on
// without it if it does not get it. Once it is free and once it has to be waited for; it is got each time.
#include <chrono>

#include "primitives.h"
#include "steps.h"

namespace {
using namespace std::chrono_literals;

lib::timed_mutex orders;
lib::mutex stock;
lib::shared_timed_mutex prices;

void sell() {
  std::lock_guard guard(stock);
  next_step();
  if (orders.try_lock_for(1h)) orders.unlock();
  if (prices.try_lock_for(1h)) prices.unlock();
  if (prices.try_lock_shared_for(1h)) prices.unlock_shared();
}

void sell_and_go() {
  sell();
  next_step();
  await_step(4);  // the others live at the same time
}

void hold_until_it_is_wanted() {
  std::lock_guard orders_guard(orders);
  next_step();
  await_step(2);
}

void deliver() {
  std::lock_guard orders_guard(orders);
  std::lock_guard stock_guard(stock);
}

void reprice() {
  std::lock_guard prices_guard(prices);
  std::lock_guard stock_guard(stock);
}
}  // namespace

int main() {
  lib::thread holder(hold_until_it_is_wanted);
  await_step(1);
  lib::thread seller(sell_and_go);
  holder.join();
  await_step(3);
  lib::thread driver(deliver);
  lib::thread clerk(reprice);
  next_step();
  seller.join();
  driver.join();
  clerk.join();
}
