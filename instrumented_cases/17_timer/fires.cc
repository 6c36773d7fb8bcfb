// instrumented_cases/17_timer/fires.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A timer calls its function once, in a thread of its own. What it did is there after join().
#include <chrono>

#include "lockweave/shared.h"
#include "lockweave/timer.h"

int main() {
  using namespace std::chrono_literals;
  lockweave::shared<int> rings{0};
  lockweave::timer alarm(10ms, [&rings] { ++rings; });
  alarm.start();
  alarm.join();
  return rings == 1 ? 0 : 1;
}
