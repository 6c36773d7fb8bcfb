// instrumented_cases/07_daemon_threads/let_go.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A daemon waits for work that never comes, and main returns: a daemon is not waited for. It may be
// anywhere when the process goes, so what it uses must not be destroyed before: the mailbox lives
// on.
#include "instrumented_cases/support/steps.h"
#include "lockweave/managed_thread.h"
#include "lockweave/queue.h"

namespace {
lockweave::queue<int>& mailbox = *new lockweave::queue<int>;

void deliver() {
  next_step();
  while (mailbox.get()) continue;
}
}  // namespace

int main() {
  lockweave::managed_thread postman({"postman", true}, deliver);
  await_step(1);
}
