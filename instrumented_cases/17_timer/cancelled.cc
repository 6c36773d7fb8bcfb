// instrumented_cases/17_timer/cancelled.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// Who is up before the alarm rings switches it off.
#include <chrono>

#include "lockweave/timer.h"

int main() {
  using namespace std::chrono_literals;
  bool rang = false;
  lockweave::timer alarm(1h, [&rang] { rang = true; });
  alarm.start();
  const bool in_time = alarm.cancel();
  alarm.join();
  return in_time && !rang ? 0 : 1;
}
