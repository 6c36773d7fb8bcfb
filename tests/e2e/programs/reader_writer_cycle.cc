// tests/e2e/programs/reader_writer_cycle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One side only reads, the other writes: that is enough. A reader waits for a writer.
#include "primitives.h"
#include "steps.h"

namespace {
lib::shared_mutex prices;
lib::shared_mutex stock;

void quote() {
  {
    std::shared_lock prices_guard(prices);
    std::shared_lock stock_guard(stock);  // expect-either: lock-order-cycle
  }
  next_step();
}

void deliver() {
  await_step(1);
  std::unique_lock stock_guard(stock);
  std::unique_lock prices_guard(prices);  // expect-either: lock-order-cycle
}
}  // namespace

int main() {
  lib::thread one(quote);
  lib::thread two(deliver);
  one.join();
  two.join();
}
