// runtime/frontends/sleep.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sleeps are visible operations: whoever controls schedules decides when the thread goes on. Nothing is
// published: a sleep ends by itself. The operation is over before the sleep, so that a handler that
// interrupts it is seen.
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

void before_sleep() { const Operation operation(LW_OP_OTHER, nullptr, LW_THREAD, LW_TIMED); }

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT unsigned sleep(unsigned seconds) {
  before_sleep();
  return real().sleep(seconds);
}

LW_EXPORT int usleep(useconds_t microseconds) {
  before_sleep();
  return real().usleep(microseconds);
}

LW_EXPORT int nanosleep(const timespec* duration, timespec* left) {
  before_sleep();
  return real().nanosleep(duration, left);
}

LW_EXPORT int clock_nanosleep(clockid_t clock, int flags, const timespec* until, timespec* left) {
  before_sleep();
  return real().clock_nanosleep(clock, flags, until, left);
}

LW_EXPORT int thrd_sleep(const timespec* duration, timespec* left) {
  before_sleep();
  return real().thrd_sleep(duration, left);
}

}  // extern "C"
