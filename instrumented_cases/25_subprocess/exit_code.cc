// instrumented_cases/25_subprocess/exit_code.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A program is started, waited for, and asked how it ended. Lockweave watches it, too.
#include "lockweave/process.h"

int main() {
  lockweave::process failing(lockweave::command{{"sh", "-c", "exit 3"}});
  lockweave::process working(
      lockweave::command{{"sh", "-c", "test \"$FRUIT\" = pear"}, {{"FRUIT=pear", "PATH=/bin"}}});
  failing.join();
  working.join();
  return failing.exitcode() == 3 && working.exitcode() == 0 ? 0 : 1;
}
