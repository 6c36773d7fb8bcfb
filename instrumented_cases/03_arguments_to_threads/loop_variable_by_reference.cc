// instrumented_cases/03_arguments_to_threads/loop_variable_by_reference.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The thread is given a reference to the loop's own variable, and the loop goes on: the thread
// finds the number of its neighbour in it, or one that no thread has.
#include <functional>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
void greet(const lockweave::shared<int>& number) {
  await_step(1);
  const int mine = number;  // expect: data-race
  static_cast<void>(mine);
  next_step();
}
}  // namespace

int main() {
  lockweave::shared<int> number{1};
  lib::thread first(greet, std::cref(number));
  number = 2;  // the loop's next round
  next_step();
  await_step(2);
  first.join();
}
