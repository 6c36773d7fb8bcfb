// instrumented_cases/06_ordinary_threads_at_exit/finishes_its_work.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// main returns while a thread still works. An ordinary thread is waited for: its work is done
// before global objects go.
#include <cstdlib>

#include "instrumented_cases/support/steps.h"
#include "lockweave/managed_thread.h"

namespace {
int letters = 0;

struct Inspector {
  ~Inspector() {
    if (letters != 3) std::_Exit(1);
  }
} inspector;

void write_letters() {
  await_step(1);
  for (int i = 0; i < 3; ++i) ++letters;
}
}  // namespace

int main() {
  lockweave::managed_thread clerk({"clerk"}, write_letters);
  next_step();
}
