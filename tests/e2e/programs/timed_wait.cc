// tests/e2e/programs/timed_wait.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Everybody sleeps, but one of them only for a moment: no deadlock, however long the moment is.
#include <chrono>

#include "primitives.h"

namespace {
lib::mutex mutex;
lib::condition_variable changed;
bool stop = false;

void wait_for_work() {
  std::unique_lock guard(mutex);
  changed.wait(guard, [] { return stop; });
}

void watchdog() {
  std::unique_lock guard(mutex);
  changed.wait_for(guard, std::chrono::milliseconds(300), [] { return stop; });
  stop = true;
  changed.notify_all();
}
}  // namespace

int main() {
  lib::thread worker(wait_for_work);
  lib::thread dog(watchdog);
  worker.join();
  dog.join();
}
