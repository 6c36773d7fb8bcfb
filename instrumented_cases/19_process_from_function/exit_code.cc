// instrumented_cases/19_process_from_function/exit_code.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A function in a process of its own. All that comes back is a number.
#include "lockweave/process.h"

namespace {
int answer = 0;

int compute() {
  answer = 42;  // in the child's copy of the memory
  return 7;
}
}  // namespace

int main() {
  lockweave::process child(compute);
  child.join();
  return child.exitcode() == 7 && answer == 0 ? 0 : 1;
}
