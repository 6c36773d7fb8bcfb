// instrumented_cases/16_semaphore/starved.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every seat's permit is lost: the next worker waits for ever.
#include "instrumented_cases/support/lib.h"

namespace {
lib::counting_semaphore<3> seats{1};
}  // namespace

int main() {
  seats.acquire();
  lib::thread late([] {
    seats.acquire();  // expect-run: deadlock  // expect-code: semaphore-imbalance
    seats.release();
  });
  late.join();
}
