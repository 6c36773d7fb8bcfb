// instrumented_cases/23_containers_and_queues/unlocked_map.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads write into one map, each under a key of its own. The keys are different, the tree is
// one: both may turn the same branch.
#include <map>
#include <string>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<std::map<std::string, int>> stock;

void count_apples() {
  (*stock.write())["apples"] = 3;
  next_step();
}

void count_pears() {
  await_step(1);
  (*stock.write())["pears"] = 4;  // expect: data-race
}
}  // namespace

int main() {
  lib::thread one(count_apples);
  lib::thread two(count_pears);
  one.join();
  two.join();
}
