// instrumented_cases/18_reentrant_lock/recursive_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A recursive mutex lets its owner in again, and is free when the outermost call leaves.
#include "instrumented_cases/support/lib.h"

namespace {
lib::recursive_mutex tree;

int files_below(int depth) {
  std::lock_guard guard(tree);
  return depth == 0 ? 1 : 1 + files_below(depth - 1);
}
}  // namespace

int main() {
  lib::thread other(files_below, 3);
  const int files = files_below(2);
  other.join();
  return files == 3 ? 0 : 1;
}
