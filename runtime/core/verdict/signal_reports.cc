// runtime/core/verdict/signal_reports.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Signals upon which the runtime tells how the threads stand: those that end a program, while threads
// wait (by name and line where the reporter can be started, else as offsets in modules); the status
// signal; the stall timer's. Everything here runs in signal handlers.
#include <signal.h>

#include "lockweave/hooks.h"
#include "runtime/core/base/options.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/verdict/lock_table.h"
#include "runtime/core/verdict/long_waits.h"
#include "runtime/core/verdict/stalls.h"

using namespace lockweave::core;

extern "C" {

int lw_signal_speaks(int signal) {
  if (signal != 0 && (signal == options.status_signal || signal == stall_signal())) return 2;
  const bool ends = signal == SIGTERM || signal == SIGQUIT || signal == SIGABRT;
  return ends && options.report_signals ? 1 : 0;
}

void lw_report_waits(int signal) {
  if (!core_state.up.load(std::memory_order_relaxed)) return;
  if (signal == stall_signal()) return report_stalls();
  const bool status = lw_signal_speaks(signal) == 2;
  if (!status && waiting_threads() == 0) return;
  if (!status && tell_situation(signal)) return;
  print_lock_table(2, status              ? "status"
                      : signal == SIGTERM ? "SIGTERM arrived while threads wait"
                      : signal == SIGQUIT ? "SIGQUIT arrived while threads wait"
                                          : "SIGABRT arrived while threads wait");
}

}  // extern "C"
