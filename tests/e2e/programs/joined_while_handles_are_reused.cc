// tests/e2e/programs/joined_while_handles_are_reused.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Several threads start and join threads of their own: as soon as one is joined, its handle is the next
// one's, perhaps another starter's. Each starter uses two locks in one order itself and lets its thread
// use them in the other, before and after which it is joined: ordered by creation and join, as long as
// each join is known to be of the thread that was meant.
#include <vector>

#include "primitives.h"

namespace {

struct Pair {
  lib::mutex first;
  lib::mutex second;
};

void take(lib::mutex& outer, lib::mutex& inner) {
  std::lock_guard outer_guard(outer);
  std::lock_guard inner_guard(inner);
}

void start_and_join() {
  Pair pair;
  for (int i = 0; i < 40; ++i) {
    lib::thread([&pair] { take(pair.second, pair.first); }).join();
    take(pair.first, pair.second);
  }
}

}  // namespace

int main() {
  std::vector<lib::thread> starters;
  for (int i = 0; i < 4; ++i) starters.emplace_back(start_and_join);
  for (auto& starter : starters) starter.join();
}
