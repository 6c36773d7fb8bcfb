// instrumented_cases/15_lock_with_timeout/joined_meanwhile.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// main joins the clerk and keeps the printer. The clerk asks for it, but not for ever: he gives up and
// goes home, and main goes on.
#include <chrono>

#include "instrumented_cases/support/lib.h"

namespace {
lib::timed_mutex printer;
int pages = 0;

void print_a_page() {
  const std::unique_lock guard(printer, std::chrono::milliseconds(20));
  if (guard.owns_lock()) ++pages;
}
}  // namespace

int main() {
  const std::lock_guard guard(printer);
  lib::thread clerk(print_a_page);
  clerk.join();
  return pages;
}
