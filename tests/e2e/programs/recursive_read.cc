// tests/e2e/programs/recursive_read.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A thread reads twice while a writer waits in between. The standard leaves it open; glibc's locks
// let a second reader pass a waiting writer unless they are told otherwise.
#include "primitives.h"
#include "steps.h"

namespace {
lib::shared_mutex table;
lib::mutex journal;

void read_row() {
  std::shared_lock row(table);
  std::lock_guard guard(journal);
}

void read_all() {
  std::shared_lock all(table);
  read_row();
}

void change_row() {
  await_step(1);
  std::unique_lock guard(table);
}
}  // namespace

int main() {
  lib::thread writer(change_row);
  read_all();
  next_step();
  read_all();
  writer.join();
}
