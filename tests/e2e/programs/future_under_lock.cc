// tests/e2e/programs/future_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A value is waited for under a lock that the thread takes which computes it. It had luck and took it
// before. A wait like it that is no misuse: the other one takes the lock only when it has set the value.
#include <future>

#include "main_asleep.h"
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex results;
lib::mutex log_of;
int sum = 0;
std::promise<int> price;
std::promise<int> tax;

void find_price() {
  {
    std::lock_guard guard(results);
    ++sum;
  }
  next_step();
  await_step(2);
  await_main_asleep();  // a value that is there already is not seen to be waited for
  price.set_value(1);
}

void find_tax() {
  await_step(3);
  await_main_asleep();
  tax.set_value(5);
  std::lock_guard guard(log_of);
  ++sum;
}
}  // namespace

int main() {
  lib::thread one(find_price);
  lib::thread two(find_tax);
  await_step(1);
  int found = 0;
  {
    std::lock_guard guard(results);
    next_step();
    found = price.get_future().get();  // expect: blocking-under-lock
  }
  {
    std::lock_guard guard(log_of);
    next_step();
    found += tax.get_future().get();
  }
  one.join();
  two.join();
  return found == 6 ? 0 : 1;
}
