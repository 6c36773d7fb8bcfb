// instrumented_cases/12_sum_with_a_lock/ordered_by_luck.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neither thread locks for the sum. But today the first one releases some other lock after its
// addition, and the second one takes that lock before its own: a lucky order, which every tool that
// only looks at what happened before what takes for a rule.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lib::mutex log;
lockweave::shared<int> sum{0};

void add_then_log() {
  ++sum;
  { std::lock_guard guard(log); }
  next_step();
}

void log_then_add() {
  await_step(1);
  { std::lock_guard guard(log); }
  // expect-code: data-race
  ++sum;  // expect-run: inconsistent-locking
}
}  // namespace

int main() {
  lib::thread one(add_then_log);
  lib::thread two(log_then_add);
  one.join();
  two.join();
}
