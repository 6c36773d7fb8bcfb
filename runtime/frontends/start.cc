// runtime/frontends/start.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The library's constructor (first of all: -z initfirst) and the process's orderly ends.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>

#include "runtime/frontends/loader.h"
#include "runtime/frontends/mutex.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/process.h"
#include "runtime/frontends/real.h"
#include "runtime/frontends/signals.h"
#include "runtime/frontends/threads.h"

extern "C" {

namespace {

// libc takes a function from its list before it calls it: a handler that calls exit() again in the midst
// of ours would find none. This one is registered once more, for that; after a normal end it tells nothing.
constinit std::atomic<bool> exits{false};
constinit std::atomic<bool> exits_quickly{false};

// Registered before anything else, so it runs after every atexit handler and static destructor.
void at_process_exit(int status, void*) {
  if (!exits.exchange(true)) on_exit(at_process_exit, nullptr);
  const int wanted = lw_exit("exit", status);
  if (wanted == status) return;
  fflush(nullptr);
  lockweave::frontends::real()._exit(wanted);
}

// quick_exit tells its handlers no status.
constinit int quick_status = 0;

void at_process_quick_exit() {
  if (!exits_quickly.exchange(true)) at_quick_exit(at_process_quick_exit);
  const int wanted = lw_exit("quick_exit", quick_status);
  if (wanted != quick_status) lockweave::frontends::real()._exit(wanted);
}

__attribute__((constructor(101))) void start(int, char**, char** environment) {
  lockweave::frontends::resolve_real_functions();
  lockweave::frontends::prepare_mutexes();
  lockweave::frontends::prepare_threads();
  lockweave::frontends::prepare_processes();
  on_exit(at_process_exit, nullptr);
  at_quick_exit(at_process_quick_exit);
  lw_start(environment);
  lockweave::frontends::prepare_loader();
  lockweave::frontends::prepare_signals();
}

}  // namespace

LW_EXPORT void quick_exit(int status) noexcept {
  quick_status = status;
  lockweave::frontends::real().quick_exit(status);
  __builtin_unreachable();
}

LW_EXPORT void _exit(int status) {
  status = lw_exit("_exit", status);
  lockweave::frontends::real()._exit(status);
  __builtin_unreachable();
}

LW_EXPORT void _Exit(int status) noexcept { _exit(status); }

}  // extern "C"
