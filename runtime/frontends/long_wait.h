// runtime/frontends/long_wait.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wait for a lock that tells when it lasts: its first parts have a time-out, and are made with the clock
// variant of the same call, so what the lock does meanwhile is the same. Once nothing is left to be told the
// wait goes on without limit.
#pragma once

#include <errno.h>
#include <time.h>

#include "lockweave/hooks.h"

namespace lockweave::frontends {

template <class Lock, class LockUntil>
int in_parts(bool possible, Lock lock, LockUntil lock_until) {
  timespec until;
  for (int waited = 0;;) {
    const int seconds = possible ? lw_wait_limit(waited) : 0;
    if (seconds == 0) return lock();
    if (waited == 0) clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    const int result = lock_until(&until);
    if (result != ETIMEDOUT) return result;
    waited += seconds;
    lw_wait_lasts(waited);
  }
}

}  // namespace lockweave::frontends
