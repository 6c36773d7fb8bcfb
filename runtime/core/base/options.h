// runtime/core/base/options.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LOCKWEAVE_OPTIONS="key=value:key=value": read once, before main. Names are those of TSAN_OPTIONS
// where the meaning is the same. Unknown keys and bad values: one warning that names the nearest
// key, then the default; never an abort.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockweave::core {

enum class OnDeadlock : std::uint8_t { exit, abort, wait };

struct Options {
  int exitcode = 66;
  bool halt_on_error = false;  // end at the first finding of level error
  OnDeadlock on_deadlock = OnDeadlock::exit;
  int hang_timeout = -1;  // seconds; 0: off; -1: not given
  int stall_note = 30;    // seconds, while hang_timeout is not given; 0: off
  int status_signal = 0;  // 0: off
  int verbosity = 0;
  bool literal_locksets =
      false;                   // no lock orders by design: every pair without a common one is told
  bool report_signals = true;  // who waits for whom on SIGTERM, SIGABRT, SIGQUIT
  bool record_arguments = false;  // the program's arguments in the record's header
  char output[1024] = {};         // folder for the record; empty: the launcher's, or none
  char log_path[1024] = {};       // the report goes to <log_path>.<pid> instead of stderr
  char reporter[1024] = {};       // the lockweave command; empty: the launcher's, the installed
  char suppressions[1024] = {};   // handed to the reporter
  char fail_on[16] = "warning";   // handed to the reporter
};

extern constinit Options options;

void parse_options(const char* text);

}  // namespace lockweave::core
