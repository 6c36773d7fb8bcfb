// runtime/core/verdict/long_waits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the threads stand, told at once and by name and line: when one has waited long for a lock, and when
// a signal ends the process while threads wait (a test runner's time-out).
//
// A long wait is told once a process, by the thread that waits: its front-end lets the first parts of the
// sleep end by themselves (lw_wait_limit) and then calls lw_wait_lasts. In the same way who waits with a lock
// of the loader looks each second whether it is waited for (loader_lock.h). So no other thread and no signal is
// needed, and a program whose locks are never held that long pays one look at the clock for each sleep.
// A note: it changes no exit code. `hang_timeout` replaces it, by a warning (stalls.h), or switches it off.
//
// Told are the holder of what is waited for, then who waits for it, then all others that wait or hold a
// lock. Of a thread that runs only the locks it holds are known, and where it took them.
// Limits: mutexes without priority protocol and reader-writer locks (pthread, C11, the drop-in types) are
// waited for in two parts; waits for a once-initialisation or a static's do not tell by themselves.
#pragma once

#include "runtime/core/record/report.h"

namespace lockweave::core {

// In a handler of `signal`: false if it could not be told by name and line.
bool tell_situation(int signal);

void forget_long_wait_after_fork();  // the child has told none

}  // namespace lockweave::core
