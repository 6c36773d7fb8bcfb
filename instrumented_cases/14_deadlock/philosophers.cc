// instrumented_cases/14_deadlock/philosophers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Five philosophers, five forks. Each has taken the fork at the left and waits for the one at the
// right, which the neighbour holds: a circle of five.
#include <array>
#include <vector>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
constexpr std::size_t kSeats = 5;
std::array<lib::mutex, kSeats> forks;

void dine(std::size_t seat) {
  std::lock_guard left(forks[seat]);
  next_step();
  await_step(kSeats);
  // expect-code: lock-order-cycle
  std::lock_guard right(forks[(seat + 1) % kSeats]);  // expect-run: deadlock
}
}  // namespace

int main() {
  std::vector<lib::thread> philosophers;
  for (std::size_t seat = 0; seat < kSeats; ++seat) philosophers.emplace_back(dine, seat);
  for (lib::thread& one : philosophers) one.join();
}
