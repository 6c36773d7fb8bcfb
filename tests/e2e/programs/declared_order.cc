// tests/e2e/programs/declared_order.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program says which lock comes first; one thread does it the other way, alone and only once.
#include "lockweave/annotations.h"
#include "primitives.h"

namespace {
lib::mutex outer;
lib::mutex inner;

void backwards() {
  std::lock_guard inner_guard(inner);
  std::lock_guard outer_guard(outer);  // expect: lock-order-cycle
}
}  // namespace

int main() {
  LOCKWEAVE_ORDER(&outer, &inner);
  backwards();
  return 0;
}
