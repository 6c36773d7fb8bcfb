// instrumented_cases/28_readers_writer_upgrade/writes_while_reading.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lock is taken for reading, and yet something is written: how often the book was read. Two
// readers may be inside at once.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lib::shared_mutex book;
lockweave::shared<int> times_read{0};

void read_once() {
  std::shared_lock reading(book);
  ++times_read;  // expect: write-under-shared-lock
  next_step();
}
}  // namespace

int main() {
  lib::thread one(read_once);
  lib::thread two([] {
    await_step(1);
    read_once();
  });
  one.join();
  two.join();
}
