// instrumented_cases/16_semaphore/signal.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The one acquires, the other releases: a semaphore as a signal. Nothing is lost here, though no
// thread ever gives back what it took.
#include "instrumented_cases/support/lib.h"

namespace {
lib::binary_semaphore ready{0};
int letter = 0;

void receive() {
  ready.acquire();
  ++letter;
}
}  // namespace

int main() {
  lib::thread receiver(receive);
  letter = 41;
  ready.release();
  receiver.join();
  return letter == 42 ? 0 : 1;
}
