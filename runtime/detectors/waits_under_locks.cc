// runtime/detectors/waits_under_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/waits_under_locks.h"

#include <algorithm>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/detectors/once.h"
#include "runtime/detectors/steps.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::Object;
using core::ReportStep;
using core::ThreadState;

constexpr const char* kMonitor = "wait-while-holding";
constexpr const char* kBlocking = "blocking-under-lock";
constexpr const char* kNoted = "wait under locks, noted";

struct NotedWait {
  ReportStep step;
  std::atomic<core::Id> newest{0};  // thread when it began the last time; written by its thread
  std::atomic<bool> confirmed{false};
};

// A wait, and one of the locks kept meanwhile.
struct Pair {
  Pair* next = nullptr;
  NotedWait* wait = nullptr;
  Acquisition* kept = nullptr;
  std::atomic<std::uint64_t> judged{0};  // places of takings that the command was given, by hash
};

// Pairs by the object that is waited for, hashed by its id. They are only added: what a reader sees stays.
constexpr std::uint32_t kBuckets = 256;
constinit std::atomic<Pair*> pairs[kBuckets] = {};
constinit std::atomic<bool> any{false};
constinit core::RawLock lock;

std::atomic<Pair*>& bucket(const Object& object) { return pairs[object.id % kBuckets]; }

bool is_monitor(const NotedWait& wait) { return wait.step.object->kind == LW_CONDITION_VARIABLE; }

// A semaphore that is given back by its takers alone is a lock: then lock order tells it.
bool is_lock(const Object& object) { return object.kind == LW_SEMAPHORE && object.lock_like; }

void submit_steps(const char* rule, const char* variant, const ReportStep* steps,
                  std::uint32_t count) {
  core::Report report;
  report.rule = rule;
  report.variant = variant;
  report.object = steps[0].object;
  report.steps = steps;
  report.count = count;
  core::submit(report);
}

void tell_candidate(const NotedWait& wait, Acquisition& kept) {
  const ReportStep steps[] = {wait.step, step_taken(*wait.step.thread, kept)};
  submit_steps(kMonitor, "candidate", steps, 2);
}

void tell_monitor(const Pair& pair, ThreadState& other, Acquisition& taking) {
  const ReportStep& wait = pair.wait->step;
  const ReportStep steps[] = {wait, step_taken(*wait.thread, *pair.kept),
                              step_taken(other, taking)};
  submit_steps(kMonitor, "", steps, 3);
}

void tell_blocking(const NotedWait& wait, ThreadState& other, const char* variant,
                   const Takings& takings) {
  core::StepList steps;
  steps.add(wait.step);
  for (Acquisition* taking : takings) steps.add(step_taken(other, *taking));
  if (steps.count() < 2) return;  // without memory: counted there
  submit_steps(kBlocking, variant, steps.begin(), steps.count());
}

// Does `other` come of a thread that the waiter created when it had gone on?
bool born_after(const ThreadState& other, const NotedWait& wait) {
  const core::Id newest = wait.newest.load(std::memory_order_relaxed);
  const core::Id waiter = wait.step.thread->id;
  for (const ThreadState* at = &other; at != nullptr;) {
    const core::Id parent = at->origin.load(std::memory_order_relaxed).parent;
    if (parent == waiter) return at->id > newest;
    if (parent == 0) break;
    at = core::thread_by_id(parent);
  }
  return false;
}

bool is_last_to_confirm(const Pair& pair) { return !pair.wait->confirmed.exchange(true); }

void confirm_monitor(const Pair& pair, ThreadState& other) {
  const ReportStep& wait = pair.wait->step;
  if (notifies_only_under(other, *wait.object, wait.held)) return;
  Acquisition* taking = taken_before_notifying(other, {*wait.thread, *pair.kept}, *wait.object);
  if (taking != nullptr && is_last_to_confirm(pair)) tell_monitor(pair, other, *taking);
}

// One permit to begin with: it lets one in, or one group.
bool is_room(const Object& object) {
  return object.kind == LW_SEMAPHORE && object.permits.load(std::memory_order_relaxed) == 1;
}

// Who has passed the door at which others wait knew that it need not: that is decided under the lock.
bool needs_it_not(const Pair& pair, const BeforePost& before) {
  if (!is_room(*pair.wait->step.object)) return false;
  if (before.permit_got_under_it || before.took_it_since) return true;
  return std::any_of(before.passed.begin(), before.passed.end(),
                     [&](const Acquisition* taking) { return taking->site == pair.kept->site; });
}

// A bit for each place: of those with one bit in common one is told.
std::uint64_t hashed_places(const Takings& takings) {
  std::uint64_t places = 0;
  for (const Acquisition* taking : takings) {
    const std::uint32_t id = taking->stack == nullptr ? 0 : taking->stack->id;
    places |= 1ULL << (id * 2654435769u >> 26);  // Knuth's multiplicative hash
  }
  return places;
}

void confirm_blocking(Pair& pair, ThreadState& other) {
  const ReportStep& wait = pair.wait->step;
  const BeforePost before = taken_before_posting(other, {*wait.thread, *pair.kept}, *wait.object);
  if (before.takings.empty() || needs_it_not(pair, before)) return;
  const bool room = is_room(*wait.object);
  if (!room && !before.decided) {
    if (is_last_to_confirm(pair)) tell_blocking(*pair.wait, other, "post", before.takings.first());
    return;
  }
  // Copies of one line in the machine code are places of their own here: the command knows better.
  const std::uint64_t places = hashed_places(before.takings);
  if ((pair.judged.fetch_or(places, std::memory_order_relaxed) & places) == places) return;
  tell_blocking(*pair.wait, other, room ? "room" : "decided",
                room ? before.passed : before.takings);
}

void confirm_if_both(Pair& pair, ThreadState& other) {
  const ReportStep& wait = pair.wait->step;
  if (&other == wait.thread || other.lost_in_fork || is_lock(*wait.object)) return;
  if (pair.wait->confirmed.load(std::memory_order_relaxed)) return;
  if (born_after(other, *pair.wait) || was_over_for(*wait.thread, other)) return;
  is_monitor(*pair.wait) ? confirm_monitor(pair, other) : confirm_blocking(pair, other);
}

void confirm_by_all(Pair& pair) {
  for (ThreadState* other = core::newest_state(); other != nullptr; other = other->next) {
    confirm_if_both(pair, *other);
  }
}

bool add_pair(NotedWait& wait, Acquisition& kept) {
  auto* pair = core::arena.make<Pair>(nullptr, &wait, &kept);
  if (pair == nullptr) return false;
  {
    core::RawGuard guard(lock);
    auto& first = bucket(*wait.step.object);
    pair->next = first.load(std::memory_order_relaxed);
    first.store(pair, std::memory_order_seq_cst);
    any.store(true, std::memory_order_seq_cst);
  }
  // Either we see their deed, or they the pair.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  confirm_by_all(*pair);
  return true;
}

core::Id newest_id() { return core::newest_thread_id(); }

NotedWait* noted_before(const ReportStep& wait) {
  const Pair* pair = bucket(*wait.object).load(std::memory_order_acquire);
  for (; pair != nullptr; pair = pair->next) {
    const ReportStep& known = pair->wait->step;
    const bool same = known.object == wait.object && known.stack == wait.stack;
    if (same && known.thread == wait.thread) return pair->wait;
  }
  return nullptr;
}

// It waits once more: who has been born meanwhile may end this wait.
void wait_again(const ReportStep& wait) {
  const core::Id newest = newest_id();
  NotedWait* noted = noted_before(wait);
  if (noted == nullptr || noted->confirmed.load()) return;
  if (noted->newest.exchange(newest, std::memory_order_seq_cst) == newest) return;
  Pair* pair = bucket(*wait.object).load(std::memory_order_acquire);
  for (; pair != nullptr; pair = pair->next) {
    if (pair->wait == noted) confirm_by_all(*pair);
  }
}

}  // namespace

void note_wait_under_locks(const ReportStep& wait) {
  Acquisition* kept = innermost_lock(wait.held);
  if (kept == nullptr) return;
  if (!first_time(kNoted, wait.stack, wait.object)) return wait_again(wait);
  auto* noted = core::arena.make<NotedWait>(wait, newest_id());
  if (noted == nullptr) return core::count_lost(core::Loss::waits);
  core::pin_thread(*wait.thread);
  core::pin_object(*wait.object);
  core::pin_chain(wait.held);
  if (is_monitor(*noted)) tell_candidate(*noted, *kept);
  for (; kept != nullptr; kept = innermost_lock(kept->outer)) {
    if (!add_pair(*noted, *kept)) return core::count_lost(core::Loss::waits);
  }
}

void confirm_waits(ThreadState& thread, const Object& object) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (!any.load(std::memory_order_relaxed)) return;
  Pair* pair = bucket(object).load(std::memory_order_acquire);
  for (; pair != nullptr; pair = pair->next) {
    if (pair->wait->step.object == &object) confirm_if_both(*pair, thread);
  }
}

void for_each_lock_of_waits_under_locks(core::LockVisitor visit) { visit(lock); }

void forget_waits_under_locks_after_fork() {
  for (auto& bucket : pairs) bucket.store(nullptr, std::memory_order_relaxed);
  any.store(false, std::memory_order_relaxed);
}

}  // namespace lockweave::detectors
