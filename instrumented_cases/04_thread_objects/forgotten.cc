// instrumented_cases/04_thread_objects/forgotten.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// exits: 134
// A thread object that nobody joined or detached reaches the end of its block: the language ends
// the program, whatever the thread is doing.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
void work() { next_step(); }

void start_and_forget() {
  lib::thread worker(work);
  await_step(1);
}  // expect-code: joinable-destroyed
}  // namespace

int main() { start_and_forget(); }
