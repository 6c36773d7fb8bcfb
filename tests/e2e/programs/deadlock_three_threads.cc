// tests/e2e/programs/deadlock_three_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dining philosophers, three of them, each with the left fork in hand and waiting for the right.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex forks[3];

void dine(int seat) {
  std::lock_guard left(forks[seat]);
  next_step();
  await_step(3);
  std::lock_guard right(forks[(seat + 1) % 3]);  // expect: deadlock
}
}  // namespace

int main() {
  lib::thread plato(dine, 0);
  lib::thread kant(dine, 1);
  lib::thread hume(dine, 2);
  plato.join();
  kant.join();
  hume.join();
}
