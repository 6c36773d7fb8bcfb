// tests/e2e/programs/cycle_after_outer_releases.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that is held below many others stays held when those outside it are released first: what is taken
// then is taken under it.
#include <mutex>
#include <thread>
#include <vector>

#include "steps.h"

namespace {

std::vector<std::mutex> many(500);
std::mutex first;
std::mutex second;

void take_first_then_second() {
  for (std::mutex& each : many) each.lock();
  first.lock();
  for (std::mutex& each : many) each.unlock();
  second.lock();  // expect-either: lock-order-cycle
  second.unlock();
  first.unlock();
  next_step();
}

void take_second_then_first() {
  await_step(1);
  const std::lock_guard<std::mutex> outer(second);
  const std::lock_guard<std::mutex> inner(first);  // expect-either: lock-order-cycle
}

}  // namespace

int main() {
  std::thread one(take_first_then_second);
  std::thread other(take_second_then_first);
  one.join();
  other.join();
}
