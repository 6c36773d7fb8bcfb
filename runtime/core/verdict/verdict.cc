// runtime/core/verdict/verdict.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens to a finding (detector.h: submit, submit_deadlock): it goes to the record, it counts
// for the exit code, and a deadlock is shown and ends the process.
#include <stdio.h>

#include <string_view>

#include "model/rule_catalog.h"
#include "runtime/core/base/deferred_signals.h"
#include "runtime/core/base/options.h"
#include "runtime/core/base/os.h"
#include "runtime/core/base/say.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/interpreter.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/events/detector.h"
#include "runtime/core/record/record_writer.h"
#include "runtime/core/verdict/cycle_count.h"
#include "runtime/core/verdict/last_word.h"
#include "runtime/core/verdict/process.h"
#include "runtime/core/verdict/reporter.h"

namespace lockweave::core {
namespace {

// Buffered output of the program is not lost when its end is ours; a stream whose lock is part of
// the deadlock is left alone.
void flush_program_output() {
  for (FILE* stream : {stdout, stderr}) {
    if (ftrylockfile(stream) != 0) continue;
    fflush_unlocked(stream);
    funlockfile(stream);
  }
}

// The command decides whether it is a finding (tools/lockweave/records).
bool is_candidate(const Report& report) {
  const std::string_view variant = report.variant;
  return variant == "candidate" || variant == "room" || variant == "decided";
}

bool counts(const Report& report) {
  const model::Rule* rule = model::find_rule(report.rule);
  int level = rule == nullptr ? 1 : static_cast<int>(rule->level);
  if (!report.certain && level > 0) --level;
  const std::string_view threshold = options.fail_on;
  if (threshold == "never") return false;
  const int needed = threshold == "error" ? 2 : threshold == "note" ? 0 : 1;
  return level >= needed;
}

// Raw, and with the record kept, where there is no reporter.
bool show(const Report& report) {
  const int verdict = run_reporter();
  if (has_reported(verdict)) return true;
  print_raw(report);
  say_where_record_is(verdict);
  return false;
}

// The record cannot tell it to anybody.
void tell_unwritten(const Report& report) {
  core_state.unwritten.store(true, std::memory_order_relaxed);
  print_raw(report);
}

// From here on nobody else ends the process. False: it is to go on, and this is a handler that interrupted
// what is being told.
bool begin_verdict() {
  const LastWord word = take_last_word();
  while (word == LastWord::told) os::sleep_ns(1'000'000'000);  // another thread is ending it
  if (word == LastWord::ours) return true;
  if (options.on_deadlock != OnDeadlock::wait) os::exit_process(options.exitcode);
  return false;
}

[[noreturn]] void end_after_verdict(bool shown) {
  flush_program_output();
  record_writer.note_rest();
  record_writer.note_end("deadlock", options.exitcode);
  if (shown) remove_temporary_record();
  if (options.on_deadlock == OnDeadlock::abort) {
    os::call(SYS_tgkill, os::process_id(), os::thread_id(), 6);
  }
  os::exit_process(options.exitcode);
}

}  // namespace

void submit(const Report& report) {
  // Counted first: the process may end in between, and its exit code counts.
  const bool candidate = is_candidate(report);
  const bool counted = !candidate && counts(report);
  if (candidate) core_state.candidates.store(true, std::memory_order_relaxed);
  if (counted) core_state.findings.fetch_add(1, std::memory_order_relaxed);
  const bool written = record_writer.note_finding(report);
  if (!counted) return;
  if (!written) tell_unwritten(report);
  const model::Rule* rule = model::find_rule(report.rule);
  if (options.halt_on_error && rule != nullptr && rule->level == model::Level::error) {
    if (!begin_verdict()) return;
    say_what_runs(report.rule);
    end_after_verdict(core_state.root || show(report));
  }
}

void halt_at_cycle() {
  if (!options.halt_on_error || count_lock_order_cycles(1).reported == 0) return;
  if (!begin_verdict()) return;
  constexpr const char* kRule = "lock-order-cycle";
  say_what_runs(kRule);
  bool told = core_state.root;
  if (!told) {
    const int verdict = run_reporter();
    told = has_reported(verdict);
    if (!told) say_where_record_is(verdict);
  }
  end_after_verdict(told);
}

void submit_deadlock(const Report& report) {
  // The launcher prints what its own child leaves behind; any other process speaks for itself.
  const bool speak = !core_state.root || options.on_deadlock == OnDeadlock::wait;
  Report shown = report;
  shown.printed = speak;
  // A handler that ends the process after this has it to tell.
  const std::uint64_t blocked = block_all_signals();
  const bool ours = begin_verdict();
  const bool first = ours && !core_state.verdict_spoken.exchange(true);
  if (first) core_state.findings.fetch_add(1, std::memory_order_relaxed);
  const bool written = first && record_writer.note_finding(shown);
  restore_signals(blocked);
  if (!ours) return;
  if (!first) return give_back_last_word();
  emit({.kind = EventKind::process_end});
  say_what_runs(report.rule);
  if (!written && !speak) tell_unwritten(report);
  const bool told = !speak || show(report);
  say_script_stacks();
  if (options.on_deadlock != OnDeadlock::wait) end_after_verdict(told);
  give_back_last_word();
}

}  // namespace lockweave::core

using namespace lockweave::core;

extern "C" unsigned lw_findings(void) {
  const Unseen unseen;
  const CycleCount cycles = count_lock_order_cycles(kCountedCycles);
  if (cycles.cut) {
    Say() << "lockweave: not all lock orders could be searched: there may be more findings"
          << end_line;
  }
  return core_state.findings.load() + static_cast<unsigned>(cycles.reported);
}
