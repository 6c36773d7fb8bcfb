// tests/e2e/programs/semaphore_inversion.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Binary semaphores used as locks deadlock as locks do, though no semaphore has an owner.
#include "primitives.h"
#include "steps.h"

namespace {
lib::binary_semaphore printer{1};
lib::binary_semaphore scanner{1};

void copy_page() {
  printer.acquire();
  next_step();
  await_step(2);
  scanner.acquire();  // expect-either: deadlock
  scanner.release();
  printer.release();
}

void fax_page() {
  scanner.acquire();
  next_step();
  await_step(2);
  printer.acquire();  // expect-either: deadlock
  printer.release();
  scanner.release();
}
}  // namespace

int main() {
  lib::thread copier(copy_page);
  lib::thread fax(fax_page);
  copier.join();
  fax.join();
}
