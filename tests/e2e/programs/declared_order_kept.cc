// tests/e2e/programs/declared_order_kept.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The program says which lock comes first, and keeps to it; a lock that it declares never to be told
// of is taken in both orders.
#include "lockweave/annotations.h"
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex outer;
lib::mutex inner;

void forwards() {
  std::lock_guard outer_guard(outer);
  LOCKWEAVE_ASSERT_HELD(&outer);
  std::lock_guard inner_guard(inner);
}
}  // namespace

int main() {
  LOCKWEAVE_ORDER(&outer, &inner);
  forwards();
  lib::thread other(forwards);
  other.join();
}
