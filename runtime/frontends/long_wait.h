// runtime/frontends/long_wait.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wait for a lock that tells when it lasts: its first part has a time-out, and is made with the clock
// variant of the same call, so what the lock does meanwhile is the same. Once the time is over that is told,
// and the wait goes on without limit.
#pragma once

#include <errno.h>
#include <time.h>

#include "lockweave/hooks.h"

namespace lockweave::frontends {

template <class Lock, class LockUntil>
int in_two_parts(bool possible, Lock lock, LockUntil lock_until) {
  const int seconds = possible ? lw_wait_limit() : 0;
  if (seconds == 0) return lock();
  timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += seconds;
  const int result = lock_until(&until);
  if (result != ETIMEDOUT) return result;
  lw_wait_lasts(seconds);
  return lock();
}

}  // namespace lockweave::frontends
