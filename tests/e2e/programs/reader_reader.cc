// tests/e2e/programs/reader_reader.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but only ever for reading: readers do not block readers.
#include "primitives.h"
#include "steps.h"

namespace {
lib::shared_mutex prices;
lib::shared_mutex stock;

void quote() {
  {
    std::shared_lock prices_guard(prices);
    std::shared_lock stock_guard(stock);
  }
  next_step();
}

void count() {
  await_step(1);
  std::shared_lock stock_guard(stock);
  std::shared_lock prices_guard(prices);
}
}  // namespace

int main() {
  lib::thread one(quote);
  lib::thread two(count);
  one.join();
  two.join();
}
