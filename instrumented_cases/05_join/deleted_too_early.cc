// instrumented_cases/05_join/deleted_too_early.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The counter is deleted before the thread that uses it has been joined. This time it was done with
// it; nothing says that it always will be.
#include <memory>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
void count(lockweave::shared<int>& visitors) {
  ++visitors;
  next_step();
}
}  // namespace

int main() {
  auto visitors = std::make_unique<lockweave::shared<int>>(0);
  lib::thread door(count, std::ref(*visitors));
  await_step(1);
  visitors.reset();  // expect-run: data-race
  door.join();
}
