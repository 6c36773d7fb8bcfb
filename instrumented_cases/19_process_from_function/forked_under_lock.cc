// instrumented_cases/19_process_from_function/forked_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// A thread holds a lock while another one starts a process. The child has a copy of the lock,
// taken, and no copy of the thread that would release it.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/process.h"

namespace {
lib::mutex log;

void write_log() {
  std::lock_guard guard(log);
  next_step();
  await_step(2);
}

int say_hello() {
  std::lock_guard guard(log);  // expect-either: fork-while-locked
  return 0;
}
}  // namespace

int main() {
  lib::thread writer(write_log);
  await_step(1);
  lockweave::process child(say_hello);  // expect-either: fork-while-locked
  child.join();
  next_step();
  writer.join();
}
