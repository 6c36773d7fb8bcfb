// instrumented_cases/18_reentrant_lock/plain_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A folder counts its files under its lock, and asks itself for the same of each folder inside. The
// second step of the recursion waits for the first.
#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex tree;

int files_below(int depth) {
  std::lock_guard guard(tree);  // expect: double-lock
  return depth == 0 ? 1 : 1 + files_below(depth - 1);
}
}  // namespace

int main() { return files_below(2) == 3 ? 0 : 1; }
