// tests/e2e/programs/recursive_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A recursive mutex may be taken again by the thread that holds it.
#include "primitives.h"

namespace {
lib::recursive_mutex mutex;
int depth = 0;

void descend(int levels) {
  std::lock_guard guard(mutex);
  ++depth;
  if (levels > 1) descend(levels - 1);
}
}  // namespace

int main() {
  lib::thread one(descend, 3);
  lib::thread two(descend, 5);
  one.join();
  two.join();
  return depth == 8 ? 0 : 1;
}
