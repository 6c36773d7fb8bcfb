// instrumented_cases/27_nested_monitor/one_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Who waits holds nothing but the lock the wait gives back.
#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex office;
lib::mutex mailbox;
lib::condition_variable not_empty;
int visitors = 0;
int letters = 0;

void enter() {
  std::lock_guard office_guard(office);
  ++visitors;
}

void take() {
  enter();
  std::unique_lock mailbox_guard(mailbox);
  while (letters == 0) not_empty.wait(mailbox_guard);
  --letters;
}

void put() {
  enter();
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
  return letters;
}
