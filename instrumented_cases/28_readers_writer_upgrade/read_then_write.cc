// instrumented_cases/28_readers_writer_upgrade/read_then_write.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Who wants to write stops reading first, and looks again: the book may have changed in between.
#include "instrumented_cases/support/lib.h"

namespace {
lib::shared_mutex book;
int pages = 1;

bool is_short() {
  std::shared_lock reading(book);
  return pages == 1;
}

void append() {
  if (!is_short()) return;
  std::unique_lock writing(book);
  if (pages == 1) ++pages;
}
}  // namespace

int main() {
  lib::thread one(append);
  lib::thread two(append);
  one.join();
  two.join();
  return pages == 2 ? 0 : 1;
}
