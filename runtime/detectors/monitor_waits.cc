// runtime/detectors/monitor_waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/monitor_waits.h"

#include "runtime/core/base/arena.h"
#include "runtime/detectors/once.h"
#include "runtime/detectors/steps.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::Object;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;

constexpr const char* kRule = "wait-while-holding";

struct MonitorWait {
  ReportStep step;
  std::atomic<bool> confirmed{false};
};

// A condition variable waited for, and one of the locks kept meanwhile.
struct Pair {
  Pair* next_of_condition = nullptr;
  Pair* next_of_lock = nullptr;
  MonitorWait* wait = nullptr;
  Acquisition* kept = nullptr;
};

// Pairs by either object, hashed by its id. They are only added: what a reader sees stays.
constexpr std::uint32_t kBuckets = 256;
constinit std::atomic<Pair*> by_condition[kBuckets] = {};
constinit std::atomic<Pair*> by_lock[kBuckets] = {};
constinit std::atomic<bool> any{false};
constinit core::RawLock lock;

std::atomic<Pair*>& bucket(std::atomic<Pair*> (&table)[kBuckets], const Object& object) {
  return table[object.id % kBuckets];
}

void tell_pair(const Pair& pair, const ReportStep* more) {
  ReportStep steps[] = {pair.wait->step, step_taken(*pair.wait->step.thread, *pair.kept), {}};
  if (more != nullptr) steps[2] = *more;
  core::Report report;
  report.rule = kRule;
  report.variant = more == nullptr ? "candidate" : "";
  report.object = steps[0].object;
  report.steps = steps;
  report.count = more == nullptr ? 2 : 3;
  core::submit(report);
}

void confirm_if_both(const Pair& pair, ThreadState& other) {
  if (&other == pair.wait->step.thread || other.lost_in_fork) return;
  Acquisition* taking = acquisition_of(other, *pair.kept->object);
  if (taking == nullptr || !has_notified(other, *pair.wait->step.object)) return;
  if (pair.wait->confirmed.exchange(true)) return;
  const ReportStep step = step_taken(other, *taking);
  tell_pair(pair, &step);
}

bool add_pair(MonitorWait& wait, Acquisition& kept) {
  Pair* pair = core::arena.make<Pair>();
  if (pair == nullptr) return false;
  pair->wait = &wait;
  pair->kept = &kept;
  auto& of_condition = bucket(by_condition, *wait.step.object);
  auto& of_lock = bucket(by_lock, *kept.object);
  {
    core::RawGuard guard(lock);
    pair->next_of_condition = of_condition.load(std::memory_order_relaxed);
    pair->next_of_lock = of_lock.load(std::memory_order_relaxed);
    of_condition.store(pair, std::memory_order_seq_cst);
    of_lock.store(pair, std::memory_order_seq_cst);
    any.store(true, std::memory_order_seq_cst);
  }
  std::atomic_thread_fence(
      std::memory_order_seq_cst);  // either we see their deed, or they the pair
  for (ThreadState* other = core::newest_thread(); other != nullptr; other = other->next) {
    confirm_if_both(*pair, *other);
  }
  return true;
}

bool any_to_confirm() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return any.load(std::memory_order_relaxed);
}

}  // namespace

Acquisition* innermost_lock(Acquisition* held) {
  while (held != nullptr && held->object->kind == LW_SEMAPHORE) held = held->outer;
  return held;
}

void note_monitor_wait(ThreadState& waiter, const WaitView& wait) {
  Acquisition* kept = innermost_lock(waiter.top);
  if (kept == nullptr) return;
  const ReportStep step = step_of_wait(waiter, wait);
  if (!first_time(kRule, step.stack, step.object)) return;
  auto* noted = core::arena.make<MonitorWait>(step);
  if (noted == nullptr) return;
  tell_pair({nullptr, nullptr, noted, kept}, nullptr);
  for (; kept != nullptr; kept = innermost_lock(kept->outer)) {
    if (!add_pair(*noted, *kept)) return;
  }
}

void confirm_by_notifier(ThreadState& notifier, const Object& condition) {
  if (!any_to_confirm()) return;
  Pair* pair = bucket(by_condition, condition).load(std::memory_order_acquire);
  for (; pair != nullptr; pair = pair->next_of_condition) {
    if (pair->wait->step.object == &condition) confirm_if_both(*pair, notifier);
  }
}

void confirm_by_taker(ThreadState& taker, const Object& taken) {
  if (!any_to_confirm()) return;
  Pair* pair = bucket(by_lock, taken).load(std::memory_order_acquire);
  for (; pair != nullptr; pair = pair->next_of_lock) {
    if (pair->kept->object == &taken) confirm_if_both(*pair, taker);
  }
}

void forget_monitor_waits_after_fork() {
  lock.reset_after_fork();
  for (auto& bucket : by_condition) bucket.store(nullptr, std::memory_order_relaxed);
  for (auto& bucket : by_lock) bucket.store(nullptr, std::memory_order_relaxed);
  any.store(false, std::memory_order_relaxed);
}

}  // namespace lockweave::detectors
