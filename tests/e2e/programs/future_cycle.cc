// tests/e2e/programs/future_cycle.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each of two threads waits for what the other one would compute next.
#include "primitives.h"

namespace {
lib::promise<int> price;
lib::promise<int> tax;

void find_price() { price.set_value(100 + tax.get_future().get()); }  // expect-either: deadlock

void find_tax() { tax.set_value(price.get_future().get() / 5); }  // expect-either: deadlock
}  // namespace

int main() {
  lib::thread one(find_price);
  lib::thread two(find_tax);
  one.join();
  two.join();  // expect-either: deadlock
}
