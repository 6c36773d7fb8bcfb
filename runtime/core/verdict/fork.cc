// runtime/core/verdict/fork.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fork. The forking thread takes every lock of the runtime, so that the child finds all tables whole; no
// signal reaches it meanwhile. This is the one list of what the process as a whole keeps, and of what
// the child makes of it:
//
// | state                                             | in the child                                  |
// |---------------------------------------------------|-----------------------------------------------|
// | locks of detectors, then of core                  | free                                          |
// | guards of single variables and order objects      | free; what one guarded that was taken is      |
// | (races), too many to take                         | forgotten, as torn                            |
// | options, launch, environment for children, spawn  | the same, but it is no root                   |
// | core_state: up, handlers, wait_order              | the same                                      |
// | core_state: pid, root, findings, candidates,      | anew: its own process id, no verdict, nothing |
// | verdict_spoken, wakes_on_way; who has the last    | found, nobody woken; nobody                   |
// | word                                              |                                               |
// | core_state: asleep, and who waits for an object   | the forking thread, if a handler forks that   |
// |                                                   | interrupted its wait; nobody else             |
// | record, modules written, lines dropped, rounds    | a record of its own in the same folder        |
// | stacks, objects, acquisitions                     | kept, to be written anew; no observations and |
// |                                                   | none lost, no permits outstanding             |
// | threads                                           | the forking one alone is alive, in its first  |
// |                                                   | segment, made by nobody; the others are lost  |
// |                                                   | in the fork: what they held stays held        |
// | what the forking one holds                        | held on, inherited; not what processes share  |
// | joins; declared orders                            | none; kept, and written                       |
// | what detectors have told, whether a long wait was | nothing                                       |
// | told, pairs to confirm, who took and notified     |                                               |
// | what, checks under way                            |                                               |
// | races                                             | all that was done comes before what follows   |
// | the stall timer                                   | another one: timers are not inherited         |
// | lw_running, rounds of a test framework            | the same; findings count from 0               |
// | handlers of signals; system, popen (front-ends)   | the same; their locks free, no call under way |
//
// A child of vfork has none of this: it borrows its parent's memory, and touches nothing.
#include "lockweave/hooks.h"
#include "runtime/core/base/arena.h"
#include "runtime/core/base/deferred_signals.h"
#include "runtime/core/base/fork_epoch.h"
#include "runtime/core/base/launch.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/stack.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/events/event.h"
#include "runtime/core/events/own_wait.h"
#include "runtime/core/record/record_writer.h"
#include "runtime/core/state/endings.h"
#include "runtime/core/state/held.h"
#include "runtime/core/state/relations.h"
#include "runtime/core/verdict/last_word.h"
#include "runtime/core/verdict/long_waits.h"
#include "runtime/core/verdict/process.h"
#include "runtime/core/verdict/reporter.h"
#include "runtime/core/verdict/stalls.h"

namespace lockweave::core {
namespace {

// In the order in which they nest: detectors ask core while they hold theirs.
void for_each_lock(LockVisitor visit) {
  const DetectorTable detectors = detector_table();
  for (std::uint32_t i = 0; i < detectors.count; ++i) detectors.entries[i]->for_each_lock(visit);
  for_each_ending_lock(visit);
  for_each_table_lock(visit);
  for_each_stack_lock(visit);
  for_each_thread_lock(visit);
  for_each_relation_lock(visit);
  record_writer.for_each_lock(visit);
  arena.for_each_lock(visit);
}

void reset_process_state() {
  core_state.pid = os::process_id();
  core_state.root = false;
  launch.root = false;
  core_state.asleep.store(0, std::memory_order_relaxed);
  core_state.wakes_on_way.store(0, std::memory_order_relaxed);
  core_state.findings.store(0, std::memory_order_relaxed);
  core_state.unwritten.store(false, std::memory_order_relaxed);
  core_state.candidates.store(false, std::memory_order_relaxed);
  core_state.verdict_spoken.store(false, std::memory_order_relaxed);
  forget_rounds_after_fork();
  reset_last_word_after_fork();
  forget_long_wait_after_fork();
}

void write_declared_orders() {
  for_each_order(
      [](void*, const DeclaredOrder& order) {
        record_writer.note_order(*order.before, *order.after);
      },
      nullptr);
}

void begin_child() {
  reset_process_state();
  ++fork_epoch;
  reset_stacks_after_fork();
  reset_tables_after_fork();
  if (tls.state != nullptr) inherit_held(*tls.state);
  keep_only_current_after_fork();
  forget_relations_after_fork();
  const long result = record_writer.begin_child_after_fork();
  if (result < 0) say_no_record("the folder of its parent's", result);
  if (tls.state != nullptr) {
    tls.state->handling_signal = 0;  // what forked in a handler goes on as a program of its own
    forget_signal_mask();
    keep_own_wait_after_fork(*tls.state);
    emit({.kind = EventKind::fork_in_child, .thread = tls.state});
  }
  write_declared_orders();
  start_stall_timer();
}

// What runs between, of libc and of whoever was registered before us, passes by.
void end_of_fork() {
  tls.at_rest = false;
  --tls.unseen;
  tls.idle = tls.idle_before_fork;
  restore_signals(tls.blocked_before_fork);
}

}  // namespace
}  // namespace lockweave::core

using namespace lockweave;
using namespace lockweave::core;

extern "C" {

// Not at rest: in a handler that was set behind our back and interrupted us with a lock held.
void lw_fork_prepare(void) {
  const std::uint64_t blocked = block_all_signals();
  const bool up = core_state.up.load(std::memory_order_relaxed);
  if (up) {
    const Unseen unseen;
    (void)current_thread();
  }
  tls.blocked_before_fork = blocked;
  tls.idle_before_fork = tls.idle;
  tls.idle = nullptr;
  ++tls.unseen;
  tls.at_rest = up && tls.raw_locks == 0;
  if (tls.at_rest) for_each_lock([](RawLock& lock) { lock.lock(); });
}

void lw_fork_parent(void) {
  if (tls.at_rest) for_each_lock([](RawLock& lock) { lock.unlock(); });
  end_of_fork();
}

void lw_fork_child(const void*) {
  if (core_state.up.load(std::memory_order_relaxed)) {
    for_each_lock([](RawLock& lock) { lock.reset_after_fork(); });
    if (tls.at_rest) tls.raw_locks = 0;
    begin_child();
  }
  end_of_fork();
}

}  // extern "C"
