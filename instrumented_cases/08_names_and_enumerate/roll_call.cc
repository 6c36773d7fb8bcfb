// instrumented_cases/08_names_and_enumerate/roll_call.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// Threads have names, can be listed and counted, and know themselves.
#include <algorithm>
#include <string>

#include "instrumented_cases/support/steps.h"
#include "lockweave/managed_thread.h"

namespace {
bool knows_itself = false;

void wait_for_roll_call() {
  knows_itself = lockweave::current_thread().name() == "apprentice";
  next_step();
  await_step(2);
}

bool is_present(const std::string& name) {
  const auto all = lockweave::enumerate();
  return std::any_of(all.begin(), all.end(),
                     [&name](const lockweave::thread_info& each) { return each.name() == name; });
}
}  // namespace

int main() {
  lockweave::managed_thread apprentice({"apprentice"}, wait_for_roll_call);
  await_step(1);
  const bool present = is_present("MainThread") && is_present("apprentice");
  const bool counted = lockweave::active_count() == 2;
  next_step();
  apprentice.join();
  const bool gone = lockweave::active_count() == 1 && !apprentice.is_alive();
  return knows_itself && present && counted && gone ? 0 : 1;
}
