// tests/e2e/programs/unlock_of_another_hold.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A reader unlocks twice while another one reads, which takes that one's hold away.
#include "primitives.h"
#include "steps.h"

namespace {

lib::shared_mutex table;

void keep() {
  table.lock_shared();
  next_step();
  await_step(2);
  table.unlock_shared();
}

void take_away() {
  await_step(1);
  table.lock_shared();
  table.unlock_shared();
  table.unlock_shared();  // expect: unlock-not-held
  next_step();
}

}  // namespace

int main() {
  lib::thread reader(keep);
  lib::thread other(take_away);
  reader.join();
  other.join();
}
