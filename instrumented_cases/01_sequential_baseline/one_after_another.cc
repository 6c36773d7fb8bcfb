// instrumented_cases/01_sequential_baseline/one_after_another.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One thread does everything. Nothing can meet, so nothing needs a lock: what the other cases are
// measured against.
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> baked{0};

void bake(int loaves) {
  for (int i = 0; i < loaves; ++i) ++baked;
}
}  // namespace

int main() {
  bake(3);
  bake(4);
  return baked == 7 ? 0 : 1;
}
