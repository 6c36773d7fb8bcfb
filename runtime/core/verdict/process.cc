// runtime/core/verdict/process.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/process.h"

#include <string.h>
#include <sys/auxv.h>

#include <charconv>
#include <string_view>

#include "lockweave/hooks.h"
#include "runtime/core/base/environment.h"
#include "runtime/core/base/launch.h"
#include "runtime/core/base/options.h"
#include "runtime/core/base/say.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/events/detector.h"
#include "runtime/core/record/record_writer.h"
#include "runtime/core/verdict/cycle_count.h"
#include "runtime/core/verdict/last_word.h"
#include "runtime/core/verdict/reporter.h"
#include "runtime/core/verdict/run_command.h"
#include "runtime/core/verdict/stalls.h"

namespace lockweave::core {
namespace {

constinit char temporary_record_dir[1024];

std::size_t append(char* out, std::size_t at, std::string_view text) {
  memcpy(out + at, text.data(), text.size());
  return at + text.size();
}

std::size_t append(char* out, std::size_t at, std::uint64_t number) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return append(out, at, std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

// A linked program without the launcher: the record is only needed until it has been reported. The
// time in the name: nobody is to know it before.
void make_temporary_dir(char** environment) {
  constexpr std::size_t kTailMost = 64;
  const char* given = find_variable(environment, "TMPDIR");
  std::string_view base = given == nullptr ? "" : given;
  if (base.empty() || base.size() + kTailMost > sizeof temporary_record_dir) base = "/tmp";
  timespec now{};
  os::call(SYS_clock_gettime, CLOCK_REALTIME, reinterpret_cast<long>(&now));
  char* out = temporary_record_dir;
  std::size_t at = append(out, 0, base);
  at = append(out, at, "/lockweave.");
  at = append(out, at, static_cast<std::uint64_t>(os::process_id()));
  at = append(out, at, ".");
  at = append(out, at, static_cast<std::uint64_t>(now.tv_nsec));
  out[at] = '\0';
  if (os::call(SYS_mkdirat, AT_FDCWD, reinterpret_cast<long>(out), 0700) != 0) out[0] = '\0';
}

// A set-user-id program obeys nobody who starts it: no variable of the caller counts, no file is made,
// no command started. What it finds it tells by itself.
bool runs_with_raised_rights() { return getauxval(AT_SECURE) != 0; }

void read_settings(char** environment) {
  if (runs_with_raised_rights()) return;
  if (const char* text = find_variable(environment, "LOCKWEAVE_RUN")) parse_launch(text);
  if (const char* text = find_variable(environment, "LOCKWEAVE_OPTIONS")) parse_options(text);
  take_over_environment(environment, launch.preload);
}

void open_record(char** environment) {
  if (runs_with_raised_rights()) return;
  const char* where = launch.dir;
  if (options.output[0] != '\0') where = options.output;
  if (where[0] == '\0') {
    make_temporary_dir(environment);
    where = temporary_record_dir;
  }
  const long result = record_writer.open(where, launch.root);
  if (result < 0) say_no_record(where, result);
}

// At or above the threshold, as far as it can be told here: suppressions are the reporter's, and it
// searches longer.
bool found_any() {
  if (core_state.findings.load() > 0) return true;
  if (std::string_view(options.fail_on) == "never") return false;
  const CycleCount cycles = count_lock_order_cycles(1);
  return cycles.reported > 0 || cycles.cut;
}

// What the record does not hold, who reads it cannot count.
bool found_unwritten() {
  if (std::string_view(options.fail_on) == "never") return false;
  const std::uint64_t cycles =
      record_writer.lost_lines() ? count_lock_order_cycles(kCountedCycles).reported : 0;
  if (cycles > 0) {
    Say() << "lockweave: lock-order cycles in process "
          << static_cast<std::uint64_t>(core_state.pid) << ": " << cycles
          << ", and its record is incomplete" << end_line;
  }
  return core_state.unwritten.load() || cycles > 0;
}

// Returns what a status of 0 becomes: with findings `exitcode`, unless a launcher above decides that.
int tell_end(const char* how, int status) {
  if (tls.state != nullptr) lw_about_to(LW_OP_EXIT, nullptr, LW_THREAD, 0);
  emit({.kind = EventKind::process_end});
  record_writer.note_rest();
  record_writer.note_end(how, status);
  if (core_state.under_launcher) {  // the launcher can tell it of its own child only
    return status == 0 && core_state.root && found_unwritten() ? options.exitcode : 0;
  }
  const bool found = found_any();
  if (!found && !core_state.candidates.load()) {
    remove_temporary_record();
    return 0;
  }
  const int verdict = run_reporter();
  if (has_reported(verdict) || (verdict == kNotStarted && !found)) {
    remove_temporary_record();
  } else {
    say_where_record_is(verdict);
  }
  const bool counts = verdict == 1 || (verdict != 0 && found) || found_unwritten();
  return counts ? options.exitcode : 0;
}

}  // namespace

void say_no_record(const char* where, long result) {
  Say() << "lockweave: cannot write a record in " << where << ": "
        << strerrordesc_np(static_cast<int>(-result)) << "; findings of process "
        << static_cast<std::uint64_t>(core_state.pid)
        << " will be incomplete. Give another folder with --output, or with output= in "
           "LOCKWEAVE_OPTIONS.\n";
}

void say_where_record_is(int verdict) {
  if (record_writer.path()[0] == '\0') {
    Say() << "lockweave: findings in process " << static_cast<std::uint64_t>(core_state.pid)
          << ", and no record of them" << end_line;
    return;
  }
  Say() << "lockweave: findings in process " << static_cast<std::uint64_t>(core_state.pid)
        << (verdict == kNotStarted ? ", but the lockweave command is not installed here"
                                   : ", but the lockweave command could not report them")
        << "; `lockweave report " << record_writer.path() << "` shows them" << end_line;
}

void remove_temporary_record() {
  if (temporary_record_dir[0] == '\0' || os::in_sandbox()) return;
  if (record_writer.path()[0] != '\0') {
    os::call(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(record_writer.path()), 0);
  }
  os::call(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(temporary_record_dir), AT_REMOVEDIR);
}

}  // namespace lockweave::core

using namespace lockweave;
using namespace lockweave::core;

extern "C" {

void lw_start(char** environment) {
  core_state.pid = os::process_id();
  read_settings(environment);
  core_state.under_launcher = launch.present;
  core_state.root = launch.root;
  open_record(environment);
  if (options.verbosity > 0) {
    Say() << "lockweave: watching process " << static_cast<std::uint64_t>(core_state.pid)
          << end_line;
  }
  open_events();
  core_state.up.store(true, std::memory_order_release);
  start_stall_timer();
}

int lw_in_own_process(void) {
  return core_state.up.load(std::memory_order_relaxed) && os::process_id() == core_state.pid;
}

int lw_own_descriptor(void) { return record_writer.descriptor(); }
void lw_move_descriptor(void) { record_writer.move_descriptor(); }

void lw_enter_sandbox(void) {
  if (lw_in_own_process() == 0) return;
  const Unseen unseen;
  record_writer.note_rest();
  record_writer.enter_sandbox();
  os::enter_sandbox();
}

void lw_exec_begin(const void*) {
  if (tls.raw_locks > 0) return;
  record_writer.note_rest();
  record_writer.note_end("exec", 0);
}
void lw_exec_failed(void) {
  if (tls.raw_locks == 0) record_writer.note_end("exec-failed", 0);
}

// From a handler that we could not defer (a fault's, or one set behind our back), with a lock of ours
// held: every line of the record is complete, that it ended is not in it.
int lw_exit(const char* how, int status) {
  if (lw_in_own_process() == 0 || tls.raw_locks > 0) return status;
  Unseen unseen;
  switch (take_last_word()) {
    case LastWord::ours: told_last_word(tell_end(how, status)); [[fallthrough]];
    case LastWord::told: return status == 0 ? last_exit_code() : status;
    case LastWord::at_it:
      // This handler ends the process here, so what it interrupted never goes on.
      if (!last_report_begun.load(std::memory_order_relaxed)) {
        const int code = tell_end(how, status);
        return status == 0 ? code : status;
      }
  }
  record_writer.note_end(how, status);
  const bool counts = !core_state.under_launcher && core_state.findings.load() > 0;
  return status == 0 && counts ? options.exitcode : status;
}

}  // extern "C"
