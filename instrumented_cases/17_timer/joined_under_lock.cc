// instrumented_cases/17_timer/joined_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// The timer's function needs a lock, and who waits for the timer holds it.
#include <chrono>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/timer.h"

namespace {
lib::mutex bedroom;

void ring() {
  await_step(1);
  std::lock_guard guard(bedroom);  // expect-either-run: deadlock
}
}  // namespace

int main() {
  lockweave::timer alarm(std::chrono::milliseconds(1), ring);
  alarm.start();
  std::lock_guard guard(bedroom);
  next_step();
  // expect-code: blocking-under-lock
  alarm.join();  // expect-either-run: deadlock
}
