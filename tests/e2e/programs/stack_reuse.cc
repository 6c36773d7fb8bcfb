// tests/e2e/programs/stack_reuse.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Locks on the stack: where one was, another one is when the next function is called. Their frames
// have returned in between, and their thread has taken a lock above them.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex journal;
lib::mutex report;

template <class Lock>
[[gnu::noinline]] void outer_first(Lock& global) {
  lib::mutex local;
  std::lock_guard global_guard(global);
  std::lock_guard local_guard(local);
}

template <class Lock>
[[gnu::noinline]] void local_first(Lock& global) {
  lib::mutex local;
  std::lock_guard local_guard(local);
  std::lock_guard global_guard(global);
}

void work(bool first) {
  if (!first) await_step(1);
  outer_first(journal);
  { std::lock_guard guard(report); }
  local_first(journal);
  next_step();
}
}  // namespace

int main() {
  lib::thread one(work, true);
  lib::thread two(work, false);
  one.join();
  two.join();
}
