// tests/e2e/programs/no_cycle_after_outer_releases.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that was released while many taken after it are still held orders nothing any more.
// expect-none
#include <mutex>
#include <thread>
#include <vector>

#include "steps.h"

namespace {

std::vector<std::mutex> many(500);
std::mutex first;
std::mutex second;

void take_second_after_first() {
  first.lock();
  for (std::mutex& each : many) each.lock();
  first.unlock();
  second.lock();
  second.unlock();
  for (std::mutex& each : many) each.unlock();
  next_step();
}

void take_second_then_first() {
  await_step(1);
  const std::lock_guard<std::mutex> outer(second);
  const std::lock_guard<std::mutex> inner(first);
}

}  // namespace

int main() {
  std::thread one(take_second_after_first);
  std::thread other(take_second_then_first);
  one.join();
  other.join();
}
