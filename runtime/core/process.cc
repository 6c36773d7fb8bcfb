// runtime/core/process.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/process.h"

#include <string.h>

#include <charconv>

#include "lockweave/hooks.h"
#include "runtime/core/arena.h"
#include "runtime/core/core_state.h"
#include "runtime/core/cycle_count.h"
#include "runtime/core/environment.h"
#include "runtime/core/journal.h"
#include "runtime/core/launch.h"
#include "runtime/core/options.h"
#include "runtime/core/relations.h"
#include "runtime/core/reporter.h"
#include "runtime/core/say.h"
#include "runtime/core/stalls.h"
#include "runtime/core/tls.h"
#include "runtime/core/watch.h"

namespace lockweave::core {
namespace {

constinit char temporary_record_dir[64];

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

void open_record() {
  const char* where = launch.dir;
  if (options.output[0] != '\0') where = options.output;
  if (where[0] == '\0') {
    make_temporary_dir();
    where = temporary_record_dir;
  }
  const long result = journal.open(where, launch.root);
  if (result < 0) {
    Say() << "lockweave: cannot write a record in " << where << ": "
          << strerrordesc_np(static_cast<int>(-result)) << "; findings of process "
          << static_cast<std::uint64_t>(core_state.pid)
          << " will be incomplete. Give another folder with --output.\n";
  }
}

// In the order in which they nest.
void for_each_core_lock(LockVisitor visit) {
  for_each_table_lock(visit);
  for_each_stack_lock(visit);
  for_each_thread_lock(visit);
  journal.for_each_lock(visit);
  arena.for_each_lock(visit);
}

}  // namespace

void remove_temporary_record() {
  if (temporary_record_dir[0] == '\0') return;
  os::call(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(journal.path()), 0);
  os::call(SYS_unlinkat, AT_FDCWD, reinterpret_cast<long>(temporary_record_dir), AT_REMOVEDIR);
}

const char* keep_text(const char* text) {
  const std::size_t size = strlen(text) + 1;
  auto* copy = arena.make_array<char>(size);
  if (copy != nullptr) memcpy(copy, text, size);
  return copy;
}

}  // namespace lockweave::core

using namespace lockweave;
using namespace lockweave::core;

extern "C" {

void lw_start(char** environment, lw_spawn_function spawn) {
  set_reporter_spawn(spawn);
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
  start_stall_timer();
}

// With all tables at rest, the child finds them whole.
void lw_fork_prepare(void) {
  if (core_state.up.load(std::memory_order_relaxed)) {
    for_each_core_lock([](RawLock& lock) { lock.lock(); });
  }
}

void lw_fork_parent(void) {
  if (core_state.up.load(std::memory_order_relaxed)) {
    for_each_core_lock([](RawLock& lock) { lock.unlock(); });
  }
}

void lw_fork_child(const void*) {
  if (!core_state.up.load(std::memory_order_relaxed)) return;
  core_state.pid = os::process_id();
  core_state.root = false;
  launch.root = false;
  core_state.asleep.store(0, std::memory_order_relaxed);
  core_state.wakes_on_way.store(0, std::memory_order_relaxed);
  core_state.findings.store(0, std::memory_order_relaxed);
  for_each_core_lock([](RawLock& lock) { lock.reset_after_fork(); });
  reset_stacks_after_fork();
  reset_tables_after_fork();
  keep_only_current_after_fork();
  forget_relations_after_fork();
  journal.begin_child_after_fork();
  if (tls.state != nullptr) {
    tell_detectors([](Detector& d) { d.on_fork_in_child(*tls.state); });
    watcher().on_fork_in_child();
  }
}

int lw_in_own_process(void) {
  return core_state.up.load(std::memory_order_relaxed) && os::process_id() == core_state.pid;
}

void lw_exec_begin(const void*) {
  journal.note_rest();
  journal.note_end("exec", 0);
}
void lw_exec_failed(void) { journal.note_end("exec-failed", 0); }

// 0 with findings becomes `exitcode`, unless a launcher above decides that.
int lw_exit(const char* how, int status) {
  if (!core_state.up.load(std::memory_order_relaxed) || os::process_id() != core_state.pid) {
    return status;
  }
  Unseen unseen;
  journal.note_rest();
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
