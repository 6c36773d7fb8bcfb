// runtime/core/verdict/stalls.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// hang_timeout: waits that last longer than the user allows, though nothing proves that they will
// never end. Reported once each, as a warning, never ending the process.
//
// A kernel timer signals the process every half timeout (no helper thread); the handler looks at the
// published waits. What counts is a thread that waits that long for a lock, or a whole process
// asleep that long: a worker idle on its condition variable is healthy.
// Limits: off by default, because a signal interrupts sleeps and slow system calls of the program.
#pragma once

#include <cstdint>

namespace lockweave::core {

// The signal the timer sends; 0 while hang_timeout is off.
int stall_signal();
void start_stall_timer();  // also in a child of fork: timers are not inherited
// In that signal's handler.
void report_stalls();

}  // namespace lockweave::core
