// instrumented_cases/31_hand_over_hand/forwards.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A list with a lock in every node. A walker takes the next node's lock before it gives back the
// one it stands on, always forwards.
#include <array>
#include <mutex>

#include "instrumented_cases/support/lib.h"

namespace {
struct Node {
  lib::mutex mutex;
  int visits = 0;
};
std::array<Node, 4> list;

void walk() {
  std::unique_lock<lib::mutex> held(list[0].mutex);
  ++list[0].visits;
  for (std::size_t i = 1; i < list.size(); ++i) {
    std::unique_lock<lib::mutex> next(list[i].mutex);
    ++list[i].visits;
    held = std::move(next);
  }
}
}  // namespace

int main() {
  lib::thread one(walk);
  lib::thread two(walk);
  one.join();
  two.join();
  return list[3].visits == 2 ? 0 : 1;
}
