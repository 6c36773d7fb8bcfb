// instrumented_cases/25_subprocess/code_read_after_join.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// The same, and main waits for the thread first.
#include "instrumented_cases/support/lib.h"
#include "lockweave/process.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> code{-1};

void run_program() {
  lockweave::process program(lockweave::command{{"sh", "-c", "exit 3"}});
  program.join();
  code = program.exitcode().value_or(-1);
}
}  // namespace

int main() {
  lib::thread waiter(run_program);
  waiter.join();
  return code == 3 ? 0 : 1;
}
