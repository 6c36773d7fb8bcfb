// runtime/detectors/wait_for.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/wait_for.h"

#include "runtime/detectors/all_blocked.h"
#include "runtime/detectors/blockers.h"
#include "runtime/detectors/steps.h"
#include "runtime/detectors/wait_rings.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::Report;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;

// A lock that `wait` needs and an ended thread left locked; `node` nullptr: there is none.
core::LeftLock left_behind(const WaitView& wait, Object*& lock) {
  lock = wait.with != nullptr ? wait.with : wait.wanted != nullptr ? wait.object : nullptr;
  if (lock == nullptr || is_timed(wait) || lock->process_shared || core::outlives_owner(*lock))
    return {};
  const core::LeftLock left = core::left_locked(*lock);
  const bool both_read =
      left.node != nullptr && is_shared(wait) && (left.node->flags & LW_SHARED) != 0;
  return both_read ? core::LeftLock{} : left;
}

// A lock that this thread holds, wanted again by a wait that nobody else can end. Two readers of one
// rwlock do not block each other.
bool blocked_on_itself(ThreadState& thread, const WaitView& wait) {
  if (wait.object == nullptr || wait.wanted == nullptr) return false;
  Acquisition* held = own_acquisition(thread, *wait.object);
  if (held == nullptr || held->object->kind == LW_SEMAPHORE) return false;
  const bool holds_shared = (held->flags & LW_SHARED) != 0;
  if (holds_shared && is_shared(wait)) return false;
  const ReportStep steps[] = {step_of_wait(thread, wait), step_taken(thread, *held)};
  Report report;
  report.rule = "double-lock";
  report.variant = holds_shared ? "upgrade" : "self";
  if (is_timed(wait)) {
    tell(report.rule, report.variant, steps, 2);
    return true;
  }
  report.object = wait.object;
  report.steps = steps;
  report.count = 2;
  core::submit_deadlock(report);
  return true;
}

// Who is detached nobody waits for: a program may leave it blocked on purpose, with a lock that it never
// gives back (the JVM at its end), and end as ever. That the lock was left is told.
bool blocked_by_ended(ThreadState& thread, const WaitView& wait) {
  if (thread.detached.load(std::memory_order_relaxed)) return false;
  Object* lock = nullptr;
  const core::LeftLock left = left_behind(wait, lock);
  ThreadState* holder = core::thread_by_id(left.thread);
  if (left.node == nullptr || holder == nullptr) return false;
  ReportStep waits = step_of_wait(thread, wait);
  waits.other = holder;
  const ReportStep steps[] = {waits, step_taken(*holder, *left.node),
                              core::step_of_end(*holder, *lock)};
  Report report;
  report.rule = "deadlock";
  report.variant = "holder-ended";
  report.object = lock;
  report.steps = steps;
  report.count = 3;
  core::submit_deadlock(report);
  return true;
}

// Those who wait for what the calling thread leaves locked.
void find_blocked_for_ever(const Object& lock) {
  for_each_live_thread([&](ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    const bool needs_it = wait.object == &lock || wait.with == &lock;
    if (wait.waiting() && needs_it) blocked_by_ended(thread, wait);
  });
}

// The usual contended lock ends here: its owner is running.
bool first_blocker_waits(const ThreadState& thread, const WaitView& wait) {
  bool any = false;
  for_each_blocker(thread, wait, [&](ThreadState& blocker) {
    any = any || blocker.wait.sequence.load(std::memory_order_seq_cst) % 2 == 1 ||
          core::asleep_in_loader(blocker).owner != nullptr;
  });
  return any;
}

class WaitFor final : public core::Detector {
 public:
  constexpr WaitFor() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::block, EventKind::locks_left, EventKind::thread_gone,
                         EventKind::fork_in_child);
  }
  void for_each_lock(core::LockVisitor visit) override { visit(rings_.lock()); }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::block: return on_block(*event.thread);
      case EventKind::locks_left: return on_locks_left(*event.thread);
      case EventKind::thread_gone: return on_thread_gone();
      case EventKind::fork_in_child: return on_fork_in_child();
      default: break;
    }
  }

 private:
  void on_block(ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    if (blocked_on_itself(thread, wait) || blocked_by_ended(thread, wait)) return;
    if (first_blocker_waits(thread, wait) && !kernel_refuses(thread, wait)) rings_.search(thread);
    if (core::everyone_asleep()) all_blocked_.check(&thread);
  }
  void on_locks_left(ThreadState& thread) {
    for (const Acquisition* node = thread.top; node != nullptr; node = node->outer) {
      find_blocked_for_ever(*node->object);
    }
  }
  void on_thread_gone() {
    if (core::everyone_asleep()) all_blocked_.check(nullptr);
  }
  void on_fork_in_child() { all_blocked_.reset_after_fork(); }

  WaitRings rings_;
  AllBlocked all_blocked_;
};

constinit WaitFor detector;

}  // namespace

core::Detector& wait_for() { return detector; }

}  // namespace lockweave::detectors
