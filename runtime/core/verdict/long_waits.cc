// runtime/core/verdict/long_waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/long_waits.h"

#include <signal.h>

#include "lockweave/hooks.h"
#include "runtime/core/base/options.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/events/steps.h"
#include "runtime/core/record/record_writer.h"
#include "runtime/core/verdict/reporter.h"

namespace lockweave::core {
namespace {

constinit std::atomic<bool> told{false};

// How often who has the loader's lock is looked at: another thread may have gone to sleep for it unseen.
constexpr int kLook_s = 1;

// Seconds until a wait is told; 0: never.
int limit() {
  const bool tells = options.hang_timeout < 0 && !told.load(std::memory_order_relaxed);
  return tells ? options.stall_note : 0;
}

Acquisition* innermost_held(const ThreadState& thread) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_acquire);
  const Held* held = thread.held.load(std::memory_order_acquire);
  return depth == 0 ? nullptr : held[depth - 1].node;
}

// What it waits for, or else the lock it took last.
void add_thread(ThreadState& thread, StepList& steps) {
  const WaitView wait = view_wait(thread);
  if (wait.waiting()) return steps.add(step_of_wait(thread, wait));
  if (Acquisition* node = innermost_held(thread)) steps.add(step_taken(thread, *node));
}

// The oldest wait for a lock; if nobody waits for one, the oldest of all.
ThreadState* first_waiter() {
  ThreadState* first = nullptr;
  WaitView its;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    const WaitView wait = view_wait(*thread);
    if (!wait.waiting() || thread->finished.load(std::memory_order_relaxed)) continue;
    const bool lock = wait.wanted != nullptr;
    const bool first_is_lock = its.wanted != nullptr;
    if (first != nullptr && (lock != first_is_lock ? first_is_lock : wait.since > its.since))
      continue;
    first = thread;
    its = wait;
  }
  return first;
}

struct Situation {
  StepList steps;
  Object* object = nullptr;
};

// `seconds`: how long it has waited, 0: not known.
Situation situation_of(ThreadState& waiter, std::uint64_t seconds) {
  Situation now;
  const WaitView wait = view_wait(waiter);
  ReportStep waits = step_of_wait(waiter, wait);
  if (seconds > 0) waits.count = seconds;
  now.object = wait.object;
  Acquisition* node = nullptr;
  ThreadState* holder = nullptr;
  if (wait.wanted != nullptr) {
    holder = holder_of(*wait.object, &waiter, &node);
    if (holder == nullptr) holder = owner_of(wait);
  }
  if (holder == &waiter) holder = nullptr;
  if (holder != nullptr) {
    waits.other = holder;
    if (node != nullptr) now.steps.add(step_taken(*holder, *node));
    const WaitView its = view_wait(*holder);
    if (its.waiting()) now.steps.add(step_of_wait(*holder, its));
  }
  now.steps.add(waits);
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    const bool gone = thread->finished.load(std::memory_order_relaxed);
    if (!gone && thread != &waiter && thread != holder) add_thread(*thread, now.steps);
  }
  return now;
}

// Returns if it was shown.
bool tell(const Situation& situation, const char* variant, int limit_s) {
  Report report;
  report.rule = "deadlock";
  report.variant = variant;
  report.certain = false;
  report.printed = true;
  report.object = situation.object;
  report.steps = situation.steps.begin();
  report.count = situation.steps.count();
  std::uint64_t number = 0;
  const bool noted = record_writer.note_finding(report, &number);
  const bool shown = noted && has_reported(run_reporter(number, limit_s));
  if (!shown && limit_s == 0) print_raw(report);
  return shown;
}

// The interrupted thread may be at work on a table.
bool may_look() {
  if (tls.idle != nullptr || tls.state == nullptr) return true;
  const Wait& wait = tls.state->wait;
  return wait.sequence.load(std::memory_order_relaxed) % 2 == 1 &&
         wait.settled.load(std::memory_order_relaxed);
}

}  // namespace

void forget_long_wait_after_fork() { told.store(false, std::memory_order_relaxed); }

bool tell_situation(int signal) {
  constexpr int kLimit_s = 5;
  if (!may_look()) return false;
  const Unseen unseen;
  ThreadState* waiter = first_waiter();
  if (waiter == nullptr) return false;
  const char* variant = signal == SIGTERM   ? "at-SIGTERM"
                        : signal == SIGQUIT ? "at-SIGQUIT"
                                            : "at-SIGABRT";
  return tell(situation_of(*waiter, 0), variant, kLimit_s);
}

}  // namespace lockweave::core

using namespace lockweave::core;

extern "C" {

int lw_wait_limit(int waited) {
  const ThreadState* thread = tls.state;
  if (thread == nullptr) return 0;
  const Wait& wait = thread->wait;
  const bool waits = wait.sequence.load(std::memory_order_relaxed) % 2 == 1;
  if (!waits || (wait.flags & LW_TIMED) != 0) return 0;
  if (owns_loader_lock(*thread)) return kLook_s;
  return waited < limit() ? limit() - waited : 0;
}

void lw_wait_lasts(int waited) {
  if (core_state.verdict_spoken.load()) return;
  const Unseen unseen;
  ThreadState& thread = *tls.state;
  if (owns_loader_lock(thread)) emit({.kind = EventKind::block, .thread = &thread});
  if (limit() == 0 || waited < limit() || told.exchange(true)) return;
  tell(situation_of(thread, static_cast<std::uint64_t>(waited)), "long-wait", 0);
}

}  // extern "C"
