// instrumented_cases/24_executor_and_futures/circle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each of two threads waits for the other's result before it gives its own.
#include "instrumented_cases/support/lib.h"

namespace {
lib::promise<int> price;
lib::promise<int> demand;

void set_price() {
  const int wanted = demand.get_future().get();  // expect-either-run: deadlock
  price.set_value(100 - wanted);
}

void set_demand() {
  const int asked = price.get_future().get();  // expect-either-run: deadlock
  demand.set_value(100 - asked);
}
}  // namespace

int main() {
  lib::thread seller(set_price);
  lib::thread buyer(set_demand);
  seller.join();
  buyer.join();
}
