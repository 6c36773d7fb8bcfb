// runtime/core/process.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The life of the process as the runtime sees it: start, fork, exec, verdict, end.
// Start-up is one call from the library's constructor; everything before it passes through.
#pragma once

#include "runtime/core/report.h"

namespace lockweave::core {

// What the launcher passes in LOCKWEAVE_RUN ("key=value;key=value", %XX escapes).
struct Launch {
  char dir[4096] = {};      // where records go
  char cli[4096] = {};      // the lockweave command, to start the reporter
  char preload[4096] = {};  // what was added to LD_PRELOAD
  bool root = false;
  bool present = false;
};
extern constinit Launch launch;

const char* keep_text(const char* text);   // a copy that lives for ever; nullptr without memory

// Prints who holds what and who waits for whom, for people. Async-signal-safe.
void print_lock_table(int fd, const char* title);

// Threads that are asleep in a published wait, now.
std::uint32_t waiting_threads();

}  // namespace lockweave::core
