// runtime/detectors/all_blocked_report.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/all_blocked_report.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/detectors/blockers.h"
#include "runtime/detectors/queue_waits.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors {

using core::Object;
using core::Report;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;
using model::Action;

namespace {

bool missed_a_notification(const WaitView& wait) {
  return wait.kind == LW_CONDITION_VARIABLE && wait.object != nullptr && !is_destruction(wait) &&
         wait.object->missed_pc.load(std::memory_order_relaxed) != nullptr;
}

// Does everybody wait for a notification that was missed, or for the end of a thread? Who waits for
// anything else could have been about to notify again: then the threads wait for each other.
bool nobody_else_to_notify(ThreadState* const* threads, std::uint32_t count) {
  bool nobody = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    const WaitView wait = core::view_wait(*threads[i]);
    nobody &= wait.kind == LW_THREAD || missed_a_notification(wait);
  }
  return nobody;
}

// Who notified takes the waiter's mutex at times: what is waited for changes under it, so a waiter that
// tests it in a loop has seen the change, and waits for the next one. Whether it does, the reporter knows.
const char* variant_of_lost(const WaitView& wait) {
  const ThreadState* by =
      core::thread_by_id(wait.object->missed_by.load(std::memory_order_relaxed));
  const bool guarded =
      by != nullptr && wait.with != nullptr && taken_without(*by, *wait.with, 0) != nullptr;
  return guarded ? "guarded" : "all-blocked";
}

ReportStep step_of_notification(const Object& object) {
  ReportStep step;
  step.thread = core::thread_by_id(object.missed_by.load(std::memory_order_relaxed));
  step.action = Action::notifies;
  step.object = const_cast<Object*>(&object);
  core::Trace trace;
  trace.count = 1;
  trace.pcs[0] = reinterpret_cast<std::uintptr_t>(object.missed_pc.load());
  step.stack = core::intern_stack(trace);
  return step;
}

// Waits that explain the others come first, joins last; within that, oldest thread first.
int rank_of(const ThreadState& thread, bool lost) {
  const WaitView wait = core::view_wait(thread);
  if (lost && missed_a_notification(wait)) return 0;
  return wait.kind == LW_THREAD ? 2 : 1;
}

void sort_by_rank(ThreadState** threads, std::uint32_t count) {
  const bool lost = nobody_else_to_notify(threads, count);
  const auto before = [lost](const ThreadState& a, const ThreadState& b) {
    const int rank_a = rank_of(a, lost);
    const int rank_b = rank_of(b, lost);
    return rank_a != rank_b ? rank_a < rank_b : a.id < b.id;
  };
  for (std::uint32_t i = 1; i < count; ++i) {
    ThreadState* moved = threads[i];
    std::uint32_t at = i;
    for (; at > 0 && before(*moved, *threads[at - 1]); --at) threads[at] = threads[at - 1];
    threads[at] = moved;
  }
}

void move_to_front(ThreadState** threads, std::uint32_t at) {
  ThreadState* moved = threads[at];
  for (; at > 0; --at) threads[at] = threads[at - 1];
  threads[0] = moved;
}

// A join of a queue says how much it waits for.
ReportStep step_of_verdict(ThreadState& thread, const WaitView& wait) {
  ReportStep step = step_of_wait(thread, wait);
  const bool joins = wait.kind == LW_QUEUE && (wait.flags & LW_FOR_WORK) != 0;
  if (joins && wait.object != nullptr) step.count = core::unfinished_work(*wait.object);
  return step;
}

}  // namespace

void report_all_blocked() {
  std::uint32_t count = 0;
  for_each_live_thread([&](ThreadState&) { ++count; });
  auto** threads = core::arena.make_array<ThreadState*>(count);
  if (count == 0) return;
  if (threads == nullptr) return core::count_lost(core::Loss::findings);
  std::uint32_t filled = 0;
  for_each_live_thread([&](ThreadState& thread) {
    if (filled < count) threads[filled++] = &thread;
  });
  sort_by_rank(threads, filled);
  const QueueVerdict queue = judge_queue_waits(threads, filled);
  move_to_front(threads, queue.thread);

  const WaitView first = core::view_wait(*threads[0]);
  const bool lost = missed_a_notification(first) && nobody_else_to_notify(threads, filled);
  core::StepList steps;
  steps.add(step_of_verdict(*threads[0], first));
  if (lost) steps.add(step_of_notification(*first.object));
  for (std::uint32_t i = 1; i < filled; ++i) {
    steps.add(step_of_wait(*threads[i], core::view_wait(*threads[i])));
  }
  core::add_outstanding_permits(steps);
  Report report;
  report.rule = lost ? "lost-wakeup" : queue.variant != nullptr ? "queue-imbalance" : "deadlock";
  report.variant = queue.variant != nullptr ? queue.variant
                   : lost                   ? variant_of_lost(first)
                                            : "all-blocked";
  report.object = first.object;
  report.steps = steps.begin();
  report.count = steps.count();
  core::submit_deadlock(report);
}

}  // namespace lockweave::detectors
