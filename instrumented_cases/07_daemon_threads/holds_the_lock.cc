// instrumented_cases/07_daemon_threads/holds_the_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// The daemon keeps the log's lock while it waits for the next line. At the end a global object
// wants to write the last line: the daemon is not waited for, but its lock is.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/managed_thread.h"

namespace {
lib::mutex& log_lock = *new lib::mutex("log_lock");
lib::binary_semaphore& next_line = *new lib::binary_semaphore(0, "next_line");

void write_log() {
  std::lock_guard guard(log_lock);
  next_step();
  next_line.acquire();  // expect-either-run: deadlock
}

struct LastLine {
  ~LastLine() {
    std::lock_guard guard(log_lock);  // expect-either-run: deadlock
  }
} last_line;
}  // namespace

int main() {
  lockweave::managed_thread writer({"log", true}, write_log);
  await_step(1);
}
