// instrumented_cases/21_pid_and_ppid/asked_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// A thread writes who it is into the family's book. Meanwhile a child is born, which wants to write its
// own numbers: its copy of the book is locked, and nobody there unlocks it.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/process.h"

namespace {
lib::mutex book;
pid_t last_entry = 0;

void enter_parent() {
  std::lock_guard guard(book);
  last_entry = lockweave::this_process::pid();
  next_step();
  await_step(2);
}

int enter_child() {
  std::lock_guard guard(book);  // expect-either: fork-while-locked
  last_entry = lockweave::this_process::parent_pid();
  return 0;
}
}  // namespace

int main() {
  lib::thread writer(enter_parent);
  await_step(1);
  lockweave::process child(enter_child);  // expect-either: fork-while-locked
  child.join();
  next_step();
  writer.join();
}
