// tests/e2e/programs/join_after_timed_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads are joined under a lock that they ask for with a time-out. Who got it, took it; who gave
// up did not.
#include <chrono>

#include "primitives.h"
#include "steps.h"

namespace {
lib::timed_mutex results;
int sum = 0;

void add() {
  if (results.try_lock_for(std::chrono::seconds(10))) {
    ++sum;
    results.unlock();
  }
  next_step();
}

void try_to_add() {
  if (results.try_lock_for(std::chrono::milliseconds(1))) {
    --sum;
    results.unlock();
  }
  next_step();
}
}  // namespace

int main() {
  lib::thread lucky(add);
  await_step(1);
  std::lock_guard guard(results);
  lib::thread late(try_to_add);
  lucky.join();  // expect: blocking-under-lock
  late.join();
  return sum == 1 ? 0 : 1;
}
