// instrumented_cases/25_subprocess/no_such_program.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A program that is not there is an error at once, and the error names it.
#include <string>
#include <system_error>

#include "lockweave/process.h"

int main() {
  try {
    lockweave::process child(lockweave::command{{"no-such-program"}});
  } catch (const std::system_error& error) {
    return std::string(error.what()).find("no-such-program") != std::string::npos ? 0 : 1;
  }
  return 1;
}
