// instrumented_cases/14_deadlock/philosophers_ordered.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The forks have numbers, and everybody takes the lower one first. For one seat that is the fork at
// the right: the circle is open, somebody can always eat.
#include <algorithm>
#include <array>
#include <vector>

#include "instrumented_cases/support/lib.h"

namespace {
constexpr std::size_t kSeats = 5;
std::array<lib::mutex, kSeats> forks;
std::array<int, kSeats> meals{};

void dine(std::size_t seat) {
  const std::size_t low = std::min(seat, (seat + 1) % kSeats);
  const std::size_t high = std::max(seat, (seat + 1) % kSeats);
  for (int i = 0; i < 100; ++i) {
    std::lock_guard first(forks[low]);
    std::lock_guard second(forks[high]);
    ++meals[seat];
  }
}
}  // namespace

int main() {
  std::vector<lib::thread> philosophers;
  for (std::size_t seat = 0; seat < kSeats; ++seat) philosophers.emplace_back(dine, seat);
  for (lib::thread& one : philosophers) one.join();
}
