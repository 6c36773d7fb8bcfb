// instrumented_cases/15_lock_with_timeout/gives_up.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The printer is taken for long. Who would rather do something else waits for a moment only.
#include <chrono>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::timed_mutex printer;

void print_a_book() {
  std::lock_guard guard(printer);
  next_step();
  await_step(2);
}

bool print_a_page() {
  std::unique_lock guard(printer, std::chrono::milliseconds(20));
  return guard.owns_lock();
}
}  // namespace

int main() {
  lib::thread author(print_a_book);
  await_step(1);
  const bool printed = print_a_page();
  next_step();
  author.join();
  return printed ? 1 : 0;
}
