// tests/e2e/programs/unlock_by_other_thread.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mutex used as a signal: one thread locks, another unlocks. Undefined; a semaphore may do this.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex busy;

void start_job() {
  busy.lock();
  next_step();
  await_step(2);
}

void finish_job() {
  await_step(1);
  busy.unlock();  // expect: unlock-not-held
  next_step();
}
}  // namespace

int main() {
  lib::thread starter(start_job);
  lib::thread finisher(finish_job);
  starter.join();
  finisher.join();
}
