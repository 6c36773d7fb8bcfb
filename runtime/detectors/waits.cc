// runtime/detectors/waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/waits.h"

#include "runtime/detectors/steps.h"
#include "runtime/detectors/thread_past.h"
#include "runtime/detectors/waits_under_locks.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;

// Where `joined` took one of the locks that the joiner holds, the innermost it took; nullptr: none.
Acquisition* taken_by_joined(const ThreadState& joiner, const ThreadState& joined) {
  for (Acquisition* held = innermost_lock(joiner.top); held != nullptr;
       held = innermost_lock(held->outer)) {
    if (Acquisition* taken = taken_in_last_turn(joined, {joiner, *held})) return taken;
  }
  return nullptr;
}

bool has_other_side(lw_kind kind) {
  return kind == LW_SEMAPHORE || kind == LW_QUEUE || kind == LW_FUTURE || kind == LW_LATCH;
}

// A permit is told when it is got, waited for or not.
bool tells_when_over(lw_kind kind) { return kind == LW_SEMAPHORE; }

class Waits final : public core::Detector {
 public:
  constexpr Waits() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::acquisition, EventKind::block, EventKind::permit,
                         EventKind::notify, EventKind::join, EventKind::fork_in_child);
  }
  void for_each_lock(core::LockVisitor visit) override {
    for_each_lock_of_waits_under_locks(visit);
    for_each_lock_of_pasts(visit);
  }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::acquisition:
        return on_acquisition(*event.thread, *event.acquisition, event.may_give_up);
      case EventKind::block: return on_block(*event.thread);
      case EventKind::permit: return on_permit(*event.thread, *event.object, event.flags, event.pc);
      case EventKind::notify: return on_notify(*event.thread, *event.object);
      case EventKind::join: return on_joined(*event.thread, *event.other, event.pc);
      case EventKind::fork_in_child: return on_fork_in_child(*event.thread);
      default: break;
    }
  }

 private:
  void on_acquisition(ThreadState& thread, Acquisition& node, bool may_give_up) {
    if (may_give_up || (node.flags & LW_TRY) != 0) return;  // it can do without the lock
    note_taken(thread, node);
  }

  void on_block(ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    if (wait.object == nullptr || is_destruction(wait)) return;
    const bool monitor = wait.kind == LW_CONDITION_VARIABLE;
    if (monitor) note_waited(thread, *wait.object);
    if (monitor) check_two_mutexes(thread, wait);
    if (is_timed(wait)) return;
    if (monitor) check_predicate(thread, wait);
    if (monitor || (has_other_side(wait.kind) && !tells_when_over(wait.kind)))
      note_wait(thread, wait);
  }

  void on_permit(ThreadState& thread, Object& semaphore, int flags, const void* pc) {
    // A turnstile that it has come through itself is open: whoever is in it needs no lock to leave it so.
    if (can_wait_for_ever(flags) && innermost_lock(thread.top) != nullptr &&
        !left_open(thread, semaphore) && is_new(thread, semaphore, pc)) {
      note_wait_under_locks(step_here(thread, model::Action::waits, semaphore, pc));
    }
    note_permit(thread, semaphore);
  }

  void on_notify(ThreadState& thread, Object& object) {
    const bool monitor = object.kind == LW_CONDITION_VARIABLE;
    const bool other_side = has_other_side(object.kind);
    if (!monitor && !other_side) return;
    if (core::signal_being_handled(thread) != 0)
      return;  // what it interrupted is not needed for it
    if (thread.top != nullptr) note_signal_under(thread, *thread.top);
    if (monitor) note_notified(thread, object);
    if (other_side) note_posted(thread, object);
    confirm_waits(thread, object);
  }

  void on_joined(ThreadState& thread, ThreadState& joined, const void* pc) {
    Acquisition* taken = thread.top == nullptr ? nullptr : taken_by_joined(thread, joined);
    note_joined(thread, joined);
    if (taken == nullptr) return;
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
  void on_fork_in_child(ThreadState& survivor) {
    survivor.locks_taken.store(nullptr, std::memory_order_relaxed);  // in the parent
    for (auto& known : known_) known.store(0, std::memory_order_relaxed);
    forget_waits_under_locks_after_fork();
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

  // Waits are published before they come here, so of two with different mutexes the second one sees that.
  static void check_two_mutexes(ThreadState& thread, const WaitView& wait) {
    const core::Id mutex = wait.with == nullptr ? 0 : wait.with->id;
    if (wait.object->waited_with.exchange(mutex, std::memory_order_seq_cst) == mutex) return;
    if (core::waiters_of(*wait.object) < 2) return;
    if (core::wakes_on_way(*wait.object) > 0) return;  // who has been woken waits no more
    for_each_waiter_on(*wait.object, thread, [&](ThreadState& other, const WaitView& its) {
      if (its.with == nullptr || its.with == wait.with) return;
      const ReportStep steps[] = {step_of_wait(thread, wait), step_of_wait(other, its)};
      tell("condvar-two-mutexes", "", steps, 2);
    });
  }

  // Whether it is a bare one its place decides, whatever is waited for.
  static void check_predicate(ThreadState& thread, const WaitView& wait) {
    const ReportStep step = step_of_wait(thread, wait);
    tell_place("wait-without-predicate", "candidate", step);
  }

  static void note_wait(ThreadState& thread, const WaitView& wait) {
    if (innermost_lock(thread.top) == nullptr) return;
    note_wait_under_locks(step_of_wait(thread, wait));
  }

  static bool can_wait_for_ever(int flags) { return (flags & (LW_TRY | LW_TIMED)) == 0; }

  // Spares the stack of a permit that is taken at a known place with known locks held, as long as no thread is
  // born that could give the next one.
  bool is_new(const ThreadState& thread, const Object& semaphore, const void* pc) {
    const std::uint64_t mixed = reinterpret_cast<std::uintptr_t>(pc) * 31 +
                                reinterpret_cast<std::uintptr_t>(thread.top) * 17 + semaphore.id +
                                core::newest_thread_id() * 0x9E3779B97F4A7C15ULL;
    std::atomic<std::uint64_t>& slot = known_[mixed % kKnown];
    if (slot.load(std::memory_order_relaxed) == mixed) return false;
    slot.store(mixed, std::memory_order_relaxed);
    return true;
  }

  static constexpr std::size_t kKnown = 509;
  std::atomic<std::uint64_t> known_[kKnown] = {};
};

constinit Waits detector;

}  // namespace

core::Detector& waits() { return detector; }

}  // namespace lockweave::detectors
