// instrumented_cases/16_semaphore/leaked_permit.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// A worker finds nothing to do and leaves by the short way: with its permit. The seat is gone for
// good, and the next worker would wait for ever.
#include "instrumented_cases/support/lib.h"

namespace {
lib::binary_semaphore seat{1};

void work(bool anything_to_do) {
  seat.acquire();               // expect-run: semaphore-imbalance
  if (!anything_to_do) return;  // expect-code: semaphore-imbalance
  seat.release();
}
}  // namespace

int main() {
  lib::thread busy(work, true);
  busy.join();
  lib::thread idle(work, false);
  idle.join();
}
