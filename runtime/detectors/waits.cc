// runtime/detectors/waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/waits.h"

#include "runtime/detectors/monitor_waits.h"
#include "runtime/detectors/steps.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;

// The innermost lock of the chain that `other` took as well; nullptr: none.
Acquisition* common_lock(Acquisition* held, const ThreadState& other, Acquisition** taken) {
  for (held = innermost_lock(held); held != nullptr; held = innermost_lock(held->outer)) {
    *taken = recent_acquisition_of(other, *held->object);
    if (*taken != nullptr) return held;
  }
  return nullptr;
}

bool has_other_side(lw_kind kind) {
  return kind == LW_SEMAPHORE || kind == LW_QUEUE || kind == LW_FUTURE || kind == LW_LATCH;
}

class Waits final : public core::Detector {
 public:
  constexpr Waits() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::acquisition, EventKind::block, EventKind::notify,
                         EventKind::join, EventKind::fork_in_child);
  }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::acquisition:
        return on_acquisition(*event.thread, *event.acquisition, event.may_give_up);
      case EventKind::block: return on_block(*event.thread);
      case EventKind::notify: return on_notify(*event.thread, *event.object, event.pc);
      case EventKind::join: return on_joined(*event.thread, *event.other, event.pc);
      case EventKind::fork_in_child: forget_monitor_waits_after_fork(); break;
      default: break;
    }
  }

 private:
  void on_acquisition(ThreadState& thread, Acquisition& node, bool may_give_up) {
    if (may_give_up || (node.flags & LW_TRY) != 0) return;  // it can do without the lock
    note_taken(thread, node);
    confirm_by_taker(thread, *node.object);
  }

  void on_block(ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    if (wait.kind != LW_CONDITION_VARIABLE || wait.object == nullptr) return;
    check_two_mutexes(thread, wait);
    if (is_timed(wait)) return;
    const ReportStep step = step_of_wait(thread, wait);
    tell("wait-without-predicate", "candidate", &step, 1);
    note_monitor_wait(thread, wait);
  }

  void on_notify(ThreadState& thread, Object& object, const void* pc) {
    if (object.kind == LW_CONDITION_VARIABLE) {
      note_notified(thread, object);
      confirm_by_notifier(thread, object);
    }
    if (!has_other_side(object.kind)) return;
    if (core::waiters_of(object) > 0) check_waiters(thread, object, pc);
    begin_new_turn(thread);
  }

  void on_joined(ThreadState& thread, ThreadState& joined, const void* pc) {
    Acquisition* taken = nullptr;
    if (thread.top == nullptr || common_lock(thread.top, joined, &taken) == nullptr) return;
    ReportStep join;
    join.thread = &thread;
    join.action = model::Action::joins;
    join.object = taken->object;
    join.other = &joined;
    join.held = thread.top;
    join.stack = core::intern_here(pc);
    const ReportStep steps[] = {join, step_taken(joined, *taken)};
    tell("blocking-under-lock", "join", steps, 2);
  }

  template <class Visit>
  static void for_each_waiter_on(const Object& object, const ThreadState& except, Visit visit) {
    for (ThreadState* other = core::newest_live_thread(); other != nullptr;
         other = core::live_after(*other)) {
      if (other == &except || other->finished.load(std::memory_order_relaxed)) continue;
      const WaitView wait = core::view_wait(*other);
      if (wait.waiting() && wait.object == &object) visit(*other, wait);
    }
  }

  static void check_two_mutexes(ThreadState& thread, const WaitView& wait) {
    if (core::waiters_of(*wait.object) < 2) return;
    for_each_waiter_on(*wait.object, thread, [&](ThreadState& other, const WaitView& its) {
      if (its.with == nullptr || its.with == wait.with) return;
      const ReportStep steps[] = {step_of_wait(thread, wait), step_of_wait(other, its)};
      tell("condvar-two-mutexes", "", steps, 2);
    });
  }

  static void check_waiters(ThreadState& poster, Object& object, const void* pc) {
    for_each_waiter_on(object, poster, [&](ThreadState& waiter, const WaitView& wait) {
      Acquisition* taken = nullptr;
      if (is_timed(wait) || common_lock(waiter.top, poster, &taken) == nullptr) return;
      const ReportStep steps[] = {step_of_wait(waiter, wait), step_taken(poster, *taken),
                                  step_here(poster, model::Action::posts, object, pc)};
      tell("blocking-under-lock", "post", steps, 3);
    });
  }
};

constinit Waits detector;

}  // namespace

core::Detector& waits() { return detector; }

}  // namespace lockweave::detectors
