// instrumented_cases/26_lost_wakeup/flag_outside_the_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// There is a flag, and a loop that tests it; but it is raised without the mutex. It can happen
// between the waiter's test and its sleep, and then the notification comes too early again.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lib::condition_variable ready;
lockweave::shared<bool> rung{false};

void wait_for_bell() {
  std::unique_lock guard(mutex);
  while (!rung) {
    next_step();
    ready.wait(guard);
  }
}

void ring() {
  await_step(1);
  rung = true;  // expect-run: data-race  // expect-code: lost-wakeup
  std::lock_guard guard(mutex);
  ready.notify_one();
}
}  // namespace

int main() {
  lib::thread host(wait_for_bell);
  lib::thread visitor(ring);
  visitor.join();
  host.join();
}
