// tests/e2e/programs/hand_over_hand.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One thread walks a -> b -> c, giving each node back when it has the next; the other takes c then
// a. The orders form a ring, but its first two steps need one and the same thread.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex a;
lib::mutex b;
lib::mutex c;

void walk() {
  a.lock();
  b.lock();
  a.unlock();
  c.lock();
  b.unlock();
  c.unlock();
  next_step();
}

void close_ring() {
  await_step(1);
  std::lock_guard c_guard(c);
  std::lock_guard a_guard(a);
}
}  // namespace

int main() {
  lib::thread one(walk);
  lib::thread two(close_ring);
  one.join();
  two.join();
}
