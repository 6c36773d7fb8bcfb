// instrumented_cases/27_nested_monitor/nested.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mailbox inside an office, each with a lock. take() gives the mailbox's lock back while it
// waits, not the office's, and put() needs the office's: nobody can ever put.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex office;
lib::mutex mailbox;
lib::condition_variable not_empty;
int letters = 0;

void take() {
  std::lock_guard office_guard(office);
  std::unique_lock mailbox_guard(mailbox);
  next_step();
  // expect-code: wait-while-holding
  while (letters == 0) not_empty.wait(mailbox_guard);  // expect-either-run: deadlock
  --letters;
}

void put() {
  await_step(1);
  std::lock_guard office_guard(office);  // expect-either-run: deadlock
  std::lock_guard mailbox_guard(mailbox);
  ++letters;
  not_empty.notify_one();
}
}  // namespace

int main() {
  lib::thread reader(take);
  lib::thread postman(put);
  reader.join();
  postman.join();
}
