// tests/e2e/programs/condvar_two_mutexes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads wait on one condition variable, each with its own mutex: undefined, and the notifier
// cannot hold both.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex left;
lib::mutex right;
lib::condition_variable changed;
bool stop_left = false;
bool stop_right = false;

void wait_left() {
  std::unique_lock guard(left);
  next_step();
  while (!stop_left) changed.wait(guard);
}

// Once it has `left`, the other one is waiting.
void wait_right() {
  await_step(1);
  { std::lock_guard guard(left); }
  std::unique_lock guard(right);
  next_step();
  while (!stop_right) changed.wait(guard);  // expect: condvar-two-mutexes
}
}  // namespace

int main() {
  lib::thread one(wait_left);
  lib::thread two(wait_right);
  await_step(2);
  {
    std::lock_guard left_guard(left);
    std::lock_guard right_guard(right);
    stop_left = stop_right = true;
    changed.notify_all();
  }
  one.join();
  two.join();
}
