// instrumented_cases/16_semaphore/released_too_often.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// An error path releases what the normal path has released already: from now on four work where
// there are three seats. A bounded semaphore refuses.
#include <stdexcept>

#include "instrumented_cases/support/lib.h"

namespace {
lib::bounded_semaphore seats{3};

bool release_again() {
  try {
    seats.release();  // expect: semaphore-imbalance
  } catch (const std::logic_error&) {
    return true;
  }
  return false;
}
}  // namespace

int main() {
  seats.acquire();
  seats.release();
  return release_again() ? 0 : 1;
}
