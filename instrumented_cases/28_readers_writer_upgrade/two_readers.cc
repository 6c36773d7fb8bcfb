// instrumented_cases/28_readers_writer_upgrade/two_readers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two readers want to write at the same time, and each keeps the book open until it may: each waits
// for the other to stop reading.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::shared_mutex book;
int pages = 1;

void append() {
  std::shared_lock reading(book);
  next_step();
  await_step(2);
  if (pages == 1) {
    book.lock();  // expect: double-lock
    ++pages;
    book.unlock();
  }
}
}  // namespace

int main() {
  lib::thread one(append);
  lib::thread two(append);
  one.join();
  two.join();
}
