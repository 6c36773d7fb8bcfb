// runtime/core/process.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/rule_catalog.h"
#include "runtime/core/arena.h"
#include "runtime/core/core_state.h"
#include "runtime/core/cycle_count.h"
#include "runtime/core/environment.h"
#include "runtime/core/held.h"
#include "runtime/core/journal.h"
#include "runtime/core/options.h"
#include "runtime/core/relations.h"
#include "runtime/core/say.h"
#include "runtime/core/tls.h"

namespace lockweave::core {

constinit Launch launch;

namespace {

constinit char temporary_record_dir[64];
constinit lw_spawn_function real_spawn = nullptr;

// ---- start -----------------------------------------------------------------------------------
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <std::size_t N>
void unescape(std::string_view text, char (&out)[N]) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size() && used + 1 < N; ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out[used++] = static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out[used++] = text[i];
    }
  }
  out[used] = '\0';
}

void parse_launch(std::string_view text) {
  launch.present = true;
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view pair = text.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view key = pair.substr(0, equals);
      const std::string_view value = pair.substr(equals + 1);
      if (key == "dir") unescape(value, launch.dir);
      if (key == "cli") unescape(value, launch.cli);
      if (key == "preload") unescape(value, launch.preload);
      if (key == "root") launch.root = value == "1";
    }
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
}

// A linked program without the launcher: the record is only needed until it has been reported.
void make_temporary_dir() {
  const char* base = "/tmp";
  char* out = temporary_record_dir;
  std::size_t at = 0;
  for (const char* c = base; *c != '\0'; ++c) out[at++] = *c;
  for (const char* c = "/lockweave."; *c != '\0'; ++c) out[at++] = *c;
  char digits[16];
  char* end = std::to_chars(digits, digits + sizeof digits, os::process_id()).ptr;
  for (char* c = digits; c != end; ++c) out[at++] = *c;
  out[at] = '\0';
  os::call(SYS_mkdirat, AT_FDCWD, reinterpret_cast<long>(out), 0700);
}

void remove_temporary_record() {
  if (temporary_record_dir[0] == '\0') return;
  os::call(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(journal.path()), 0);
  os::call(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(temporary_record_dir), AT_REMOVEDIR);
}

void open_record() {
  const char* where = launch.dir;
  if (options.output[0] != '\0') where = options.output;
  if (where[0] == '\0') {
    make_temporary_dir();
    where = temporary_record_dir;
  }
  const long result = journal.open(where, launch.root);
  if (result < 0) {
    Say() << "lockweave: cannot write a record in " << where << ": " << strerrordesc_np(static_cast<int>(-result))
          << "; findings of process " << static_cast<std::uint64_t>(core_state.pid)
          << " will be incomplete. Give another folder with --output.\n";
  }
}

// ---- the reporter ----------------------------------------------------------------------------
const char* reporter_path() {
  if (launch.cli[0] != '\0') return launch.cli;
#ifdef LOCKWEAVE_CLI_PATH
  if (os::call(SYS_faccessat, AT_FDCWD, reinterpret_cast<long>(LOCKWEAVE_CLI_PATH), X_OK) == 0) {
    return LOCKWEAVE_CLI_PATH;
  }
#endif
  return nullptr;
}

// Runs `lockweave report` on this process's record; returns its exit code, or -1.
int run_reporter() {
  const char* cli = reporter_path();
  if (cli == nullptr || journal.path()[0] == '\0' || real_spawn == nullptr) {
    return -1;
  }
  const char* argv[12] = {cli, "report", "--stderr", "--fail-on", options.fail_on};
  std::size_t count = 5;
  if (options.suppressions[0] != '\0') {
    argv[count++] = "--suppressions";
    argv[count++] = options.suppressions;
  }
  argv[count++] = journal.path();
  argv[count] = nullptr;
  int pid = 0;
  if (real_spawn(&pid, cli, nullptr, nullptr, const_cast<char* const*>(argv),
                                 environ) != 0) {
    return -1;
  }
  int status = 0;
  while (os::call(SYS_wait4, pid, reinterpret_cast<long>(&status), 0, 0) == -EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Buffered output of the program is not lost when its end is ours; a stream whose lock is part of
// the deadlock is left alone.
void flush_program_output() {
  for (FILE* stream : {stdout, stderr}) {
    if (ftrylockfile(stream) != 0) continue;
    fflush_unlocked(stream);
    funlockfile(stream);
  }
}

bool is_candidate(const Report& report) { return std::string_view(report.variant) == "candidate"; }

bool counts(const Report& report) {
  const model::Rule* rule = model::find_rule(report.rule);
  int level = rule == nullptr ? 1 : static_cast<int>(rule->level);
  if (!report.certain && level > 0) --level;
  const std::string_view threshold = options.fail_on;
  if (threshold == "never") return false;
  const int needed = threshold == "error" ? 2 : threshold == "note" ? 0 : 1;
  return level >= needed;
}

// Without the command installed: what is known, as module+offset.
void print_raw(const Report& report) {
  Say say;
  say << "lockweave: " << report.rule << " in process "
      << static_cast<std::uint64_t>(core_state.pid) << "\n";
  for (std::uint32_t i = 0; i < report.count; ++i) {
    const ReportStep& step = report.steps[i];
    say << "  thread " << (step.thread == nullptr ? "?" : step.thread->label) << " "
        << model::to_string(step.action);
    if (step.object != nullptr) {
      say << " " << model::to_string(static_cast<model::ObjectKind>(step.object->kind)) << " ";
      say.hex(step.object->address.load(std::memory_order_relaxed));
    }
    say << "\n";
  }
  say << "  (install the lockweave command to see source lines)\n";
}

[[noreturn]] void end_after_verdict() {
  flush_program_output();
  journal.note_losses();
  journal.note_end("deadlock", options.exitcode);
  remove_temporary_record();
  if (options.on_deadlock == OnDeadlock::abort) {
    os::call(SYS_tgkill, os::process_id(), os::thread_id(), 6);
  }
  os::exit_process(options.exitcode);
}

}  // namespace

const char* keep_text(const char* text) {
  const std::size_t size = strlen(text) + 1;
  auto* copy = arena.make_array<char>(size);
  if (copy != nullptr) memcpy(copy, text, size);
  return copy;
}

void submit(const Report& report) {
  journal.note_finding(report);
  if (is_candidate(report)) core_state.candidates.store(true, std::memory_order_relaxed);
  if (is_candidate(report) || !counts(report)) return;
  core_state.findings.fetch_add(1, std::memory_order_relaxed);
  const model::Rule* rule = model::find_rule(report.rule);
  if (options.halt_on_error && rule != nullptr && rule->level == model::Level::error) {
    if (!core_state.root && run_reporter() < 0) print_raw(report);
    end_after_verdict();
  }
}

void submit_deadlock(const Report& report) {
  if (core_state.verdict_spoken.exchange(true)) {
    if (options.on_deadlock == OnDeadlock::wait) return;
    for (;;) os::sleep_ns(1'000'000'000);  // another thread is ending the process
  }
  // The launcher prints what its own child leaves behind; any other process speaks for itself.
  const bool speak = !core_state.root || options.on_deadlock == OnDeadlock::wait;
  Report shown = report;
  shown.printed = speak;
  journal.note_finding(shown);
  core_state.findings.fetch_add(1, std::memory_order_relaxed);
  if (speak && run_reporter() < 0) print_raw(report);
  if (options.on_deadlock != OnDeadlock::wait) end_after_verdict();
}

std::uint32_t waiting_threads() {
  std::uint32_t count = 0;
  for (ThreadState* thread = newest_thread(); thread != nullptr; thread = thread->next) {
    if (!thread->finished.load(std::memory_order_relaxed) && view_wait(*thread).waiting()) ++count;
  }
  return count;
}

void print_lock_table(int fd, const char* title) {
  Say say(fd);
  say << "lockweave: " << title << " (process " << static_cast<std::uint64_t>(os::process_id())
      << ")\n";
  const auto object_text = [&](const Object& object) -> Say& {
    say << model::to_string(static_cast<model::ObjectKind>(object.kind)) << " ";
    if (object.name != nullptr) return say << "\"" << object.name << "\"";
    return say.hex(object.address.load(std::memory_order_relaxed));
  };
  for (ThreadState* thread = newest_thread(); thread != nullptr; thread = thread->next) {
    if (thread->finished.load(std::memory_order_relaxed)) continue;
    say << "  thread " << thread->label << " (tid "
        << static_cast<std::uint64_t>(thread->tid.load(std::memory_order_relaxed)) << ")";
    const std::uint32_t depth = thread->depth.load(std::memory_order_acquire);
    const Held* held = thread->held.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < depth; ++i) {
      say << (i == 0 ? " holds " : ", ");
      object_text(*held[i].node->object);
    }
    const WaitView wait = view_wait(*thread);
    if (wait.waiting()) {
      say << (depth > 0 ? ";" : "") << " waits for ";
      if (wait.kind == LW_THREAD) {
        ThreadState* joined = thread_by_handle(reinterpret_cast<pthread_t>(wait.address));
        say << "the end of thread " << (joined == nullptr ? "?" : joined->label);
      } else if (wait.object != nullptr) {
        object_text(*wait.object);
        ThreadState* holder = holder_of(*wait.object, nullptr, nullptr);
        if (holder != nullptr) say << ", held by thread " << holder->label;
      }
    }
    say << "\n";
  }
}

}  // namespace lockweave::core

using namespace lockweave;
using namespace lockweave::core;

extern "C" {

void lw_start(char** environment, lw_spawn_function spawn) {
  real_spawn = spawn;
  core_state.pid = os::process_id();
  if (const char* text = find_variable(environment, "LOCKWEAVE_RUN")) parse_launch(text);
  if (const char* text = find_variable(environment, "LOCKWEAVE_OPTIONS")) parse_options(text);
  take_over_environment(environment, launch.preload);
  core_state.under_launcher = launch.present;
  core_state.root = launch.root;
  warm_up_unwinder();
  open_record();
  if (options.verbosity > 0) {
    Say() << "lockweave: watching process " << static_cast<std::uint64_t>(core_state.pid) << "\n";
  }
  core_state.up.store(true, std::memory_order_release);
}

void lw_fork_prepare(void) {}
void lw_fork_parent(void) {}

void lw_fork_child(const void*) {
  if (!core_state.up.load(std::memory_order_relaxed)) return;
  core_state.pid = os::process_id();
  core_state.root = false;
  launch.root = false;
  core_state.asleep.store(0, std::memory_order_relaxed);
  core_state.wakes_on_way.store(0, std::memory_order_relaxed);
  core_state.findings.store(0, std::memory_order_relaxed);
  arena.reset_after_fork();
  reset_stacks_after_fork();
  reset_tables_after_fork();
  keep_only_current_after_fork();
  forget_relations_after_fork();
  journal.begin_child_after_fork();
  if (tls.state != nullptr) {
    tell_detectors([](Detector& d) { d.on_fork_in_child(*tls.state); });
  }
}

int lw_in_own_process(void) {
  return core_state.up.load(std::memory_order_relaxed) && os::process_id() == core_state.pid;
}

void lw_exec_begin(const void*) {
  journal.note_losses();
  journal.note_end("exec", 0);
}
void lw_exec_failed(void) { journal.note_end("exec-failed", 0); }

// 0 with findings becomes `exitcode`, unless a launcher above decides that.
int lw_exit(const char* how, int status) {
  if (!core_state.up.load(std::memory_order_relaxed) || os::process_id() != core_state.pid) {
    return status;
  }
  Unseen unseen;
  tell_detectors([](Detector& d) { d.on_exit(); });
  journal.note_losses();
  journal.note_end(how, status);
  if (core_state.under_launcher) return status;
  const bool any = core_state.findings.load() > 0 || count_lock_order_cycles() > 0;
  int verdict = 0;
  if (any || core_state.candidates.load()) {
    verdict = run_reporter();
    if (verdict < 0 && any) {
      Say() << "lockweave: findings in process " << static_cast<std::uint64_t>(core_state.pid)
            << "; install the lockweave command to see them\n";
      verdict = 1;
    }
  }
  remove_temporary_record();
  return status == 0 && verdict == 1 ? options.exitcode : status;
}

}  // extern "C"
