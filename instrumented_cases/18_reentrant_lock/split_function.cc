// instrumented_cases/18_reentrant_lock/split_function.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// What is better than a recursive mutex: one function takes the lock, the other expects it taken.
#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex tree;

int count_locked(int depth) { return depth == 0 ? 1 : 1 + count_locked(depth - 1); }

int files_below(int depth) {
  std::lock_guard guard(tree);
  return count_locked(depth);
}
}  // namespace

int main() {
  lib::thread other(files_below, 3);
  const int files = files_below(2);
  other.join();
  return files == 3 ? 0 : 1;
}
