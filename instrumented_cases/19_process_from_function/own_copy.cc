// instrumented_cases/19_process_from_function/own_copy.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// The child has a copy of all variables, and none of the threads that used them: it needs no lock
// for what it does alone.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/process.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lockweave::shared<int> hits{0};

void count() {
  {
    std::lock_guard guard(mutex);
    ++hits;
  }
  next_step();
  await_step(2);
}

int start_again() {
  hits = 0;
  return hits;
}
}  // namespace

int main() {
  lib::thread counter(count);
  await_step(1);
  lockweave::process child(start_again);
  child.join();
  next_step();
  counter.join();
  return child.exitcode() == 0 ? 0 : 1;
}
