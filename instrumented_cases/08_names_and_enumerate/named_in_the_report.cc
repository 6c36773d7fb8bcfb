// instrumented_cases/08_names_and_enumerate/named_in_the_report.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// The deadlock of 14 once more. Its report speaks of "baker" and "miller", of `oven` and `mill`,
// and no longer of thread 0.1 and an address.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex oven{"oven"};
lib::mutex mill{"mill"};

void take_both(lib::mutex& first, lib::mutex& second) {
  std::lock_guard first_guard(first);
  next_step();
  await_step(2);
  // expect-code: lock-order-cycle
  std::lock_guard second_guard(second);  // expect-run: deadlock
}
}  // namespace

int main() {
  lib::thread baker(lib::thread_name{"baker"}, [] { take_both(oven, mill); });
  lib::thread miller(lib::thread_name{"miller"}, [] { take_both(mill, oven); });
  baker.join();
  miller.join();
}
