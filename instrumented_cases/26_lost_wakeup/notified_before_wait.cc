// instrumented_cases/26_lost_wakeup/notified_before_wait.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The notification comes first, and nobody remembers it. The waiter sleeps for ever.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
lib::mutex mutex;
lib::condition_variable ready;

void ring() {
  {
    std::lock_guard guard(mutex);
    ready.notify_one();
  }
  next_step();
}

void wait_for_bell() {
  await_step(1);
  std::unique_lock guard(mutex);
  // expect-code: wait-without-predicate
  ready.wait(guard);  // expect-run: lost-wakeup
}
}  // namespace

int main() {
  lib::thread visitor(ring);
  lib::thread host(wait_for_bell);
  visitor.join();
  host.join();
}
