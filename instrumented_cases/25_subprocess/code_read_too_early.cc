// instrumented_cases/25_subprocess/code_read_too_early.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// A thread waits for the program and keeps its exit code; main looks without waiting for the thread.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/process.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> code{-1};

void run_program() {
  lockweave::process program(lockweave::command{{"sh", "-c", "exit 3"}});
  program.join();
  code = program.exitcode().value_or(-1);
  next_step();
}
}  // namespace

int main() {
  lib::thread waiter(run_program);
  await_step(1);
  const int early = code;  // expect: data-race
  waiter.join();
  return early == 3 ? 0 : 1;
}
