// runtime/detectors/misuse.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/misuse.h"

#include "runtime/detectors/once.h"
#include "runtime/detectors/steps.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::ReportStep;
using core::ThreadState;
using model::Action;

class Misuse final : public core::Detector {
 public:
  constexpr Misuse() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::release_not_held, EventKind::object_end, EventKind::object_left,
                         EventKind::used_after_end, EventKind::thread_end, EventKind::assert_held,
                         EventKind::misuse, EventKind::fork_in_child);
  }
  void for_each_lock(core::LockVisitor visit) override { for_each_lock_of_once(visit); }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::release_not_held:
        return on_release_not_held(*event.thread, *event.object, event.variant, event.pc);
      case EventKind::object_end:
        return on_object_end(*event.thread, *event.object, event.freed, event.pc);
      case EventKind::object_left: return on_object_left(*event.thread, *event.object);
      case EventKind::used_after_end:
        return on_used_after_end(*event.thread, *event.ending, event.pc);
      case EventKind::thread_end: return on_thread_end(*event.thread);
      case EventKind::assert_held: return on_assert_held(*event.thread, *event.object, event.pc);
      case EventKind::misuse:
        return on_misuse(*event.thread, event.rule, event.variant, *event.object, event.pc);
      case EventKind::fork_in_child: forget_told_after_fork(); break;
      default: break;
    }
  }

 private:
  void on_release_not_held(ThreadState& thread, Object& object, const char* variant,
                           const void* pc) {
    ReportStep steps[2] = {step_here(thread, Action::releases, object, pc)};
    Acquisition* node = nullptr;
    ThreadState* holder = core::holder_of(object, &thread, &node);
    if (holder != nullptr) steps[1] = step_taken(*holder, *node);
    tell("unlock-not-held", variant, steps, holder != nullptr ? 2 : 1);
  }

  void on_object_end(ThreadState& thread, Object& object, bool freed, const void* pc) {
    ReportStep steps[2];
    Acquisition* node = nullptr;
    if (ThreadState* holder = core::holder_of(object, nullptr, &node)) {
      if (object.kind == LW_SEMAPHORE || !core::really_holds(*holder, object)) return;
      steps[0] = step_here(thread, Action::destroys, object, pc);
      steps[1] = step_taken(*holder, *node);
      tell("destroyed-while-held", freed ? "freed" : "held", steps, 2);
    } else if (core::waiters_of(object) > core::wakes_on_way(object)) {
      steps[0] = step_here(thread, Action::destroys, object, pc);
      const bool found = find_waiter(object, steps[1]);
      tell("destroyed-while-held", "waited-for", steps, found ? 2 : 1);
    }
  }

  // It may have ended, and be another one by now.
  static bool is_still_left(const ThreadState& thread, const Object& object) {
    return object.stack_thread == thread.id && object.address.load(std::memory_order_acquire) != 0;
  }

  // No line of the program ends it, so the place is where the other one took it, or waits. What the lock
  // itself said of that has been overwritten by the calls that end the thread.
  void on_object_left(ThreadState& thread, Object& object) {
    ReportStep steps[2] = {{}, core::step_of_end(thread, object)};
    Acquisition* node = nullptr;
    ThreadState* holder = core::holder_of(object, &thread, &node);
    const bool held = holder != nullptr;
    if (held) steps[0] = step_taken(*holder, *node);
    const bool waited_for = !held && core::waiters_of(object) > core::wakes_on_way(object) &&
                            find_waiter(object, steps[0]);
    if (!is_still_left(thread, object)) return;
    if (held) {
      tell("destroyed-while-held", "left-held", steps, 2);
    } else if (waited_for) {
      tell("destroyed-while-held", "left-waited-for", steps, 2);
    }
  }

  void on_used_after_end(ThreadState& thread, const core::Ending& ending, const void* pc) {
    ReportStep steps[2];
    std::uint32_t count = 0;
    if (ending.stack != nullptr) {
      steps[0].thread = core::thread_by_id(ending.by);
      steps[0].action = Action::destroys;
      steps[0].object = ending.object;
      steps[0].stack = ending.stack;
      count = 1;
    }
    steps[count] = step_here(thread, Action::wants, *ending.object, pc);
    tell("destroyed-while-held", "used-after-destroy", steps, count + 1);
  }

  void on_thread_end(ThreadState& thread) {
    for (Acquisition* node = thread.top; node != nullptr; node = node->outer) {
      if (node->object->kind == LW_SEMAPHORE) continue;  // it may be another's to give
      if (core::is_robust(*node->object)) continue;      // the next one is told (EOWNERDEAD)
      const ReportStep steps[] = {step_taken(thread, *node),
                                  core::step_of_end(thread, *node->object)};
      tell("lock-leak", "", steps, 2);
    }
  }

  static bool find_waiter(const Object& object, ReportStep& step) {
    for (ThreadState* thread = core::newest_live_thread(); thread != nullptr;
         thread = core::live_after(*thread)) {
      const core::WaitView wait = core::view_wait(*thread);
      if (!wait.waiting() || wait.object != &object) continue;
      step = step_of_wait(*thread, wait);
      return true;
    }
    return false;
  }

  void on_assert_held(ThreadState& thread, Object& object, const void* pc) {
    const ReportStep steps[] = {step_here(thread, Action::wants, object, pc)};
    tell("inconsistent-locking", "assert-held", steps, 1);
  }

  void on_misuse(ThreadState& thread, const char* rule, const char* variant, Object& object,
                 const void* pc) {
    const ReportStep steps[] = {step_here(thread, Action::releases, object, pc)};
    tell(rule, variant, steps, 1);
  }
};

constinit Misuse detector;

}  // namespace

core::Detector& misuse() { return detector; }

}  // namespace lockweave::detectors
