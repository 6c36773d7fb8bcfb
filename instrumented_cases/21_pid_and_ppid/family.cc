// instrumented_cases/21_pid_and_ppid/family.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A child knows its own number and its parent's.
#include "lockweave/process.h"

namespace {
bool is_child_of(pid_t parent) {
  return lockweave::this_process::parent_pid() == parent &&
         lockweave::this_process::pid() != parent;
}
}  // namespace

int main() {
  const pid_t self = lockweave::this_process::pid();
  lockweave::process child([self] { return is_child_of(self) ? 0 : 1; });
  const bool different = child.pid() != self;
  child.join();
  return different && child.exitcode() == 0 ? 0 : 1;
}
