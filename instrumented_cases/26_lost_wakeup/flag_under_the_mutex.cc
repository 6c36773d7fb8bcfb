// instrumented_cases/26_lost_wakeup/flag_under_the_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The flag remembers the notification, and the mutex makes test and sleep one.
#include "instrumented_cases/support/lib.h"
#include "lockweave/shared.h"

namespace {
lib::mutex mutex;
lib::condition_variable ready;
lockweave::shared<bool> rung{false};

void wait_for_bell() {
  std::unique_lock guard(mutex);
  while (!rung) ready.wait(guard);
}

void ring() {
  std::lock_guard guard(mutex);
  rung = true;
  ready.notify_one();
}
}  // namespace

int main() {
  lib::thread visitor(ring);
  lib::thread host(wait_for_bell);
  visitor.join();
  host.join();
}
