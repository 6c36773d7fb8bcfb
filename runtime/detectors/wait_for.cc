// runtime/detectors/wait_for.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/wait_for.h"

#include "runtime/core/base/arena.h"
#include "runtime/detectors/queue_waits.h"
#include "runtime/detectors/steps.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::Report;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;
using model::Action;

// Is the wait a cancellation point, and its thread cancelled? If it has cancellation disabled, this is
// too careful.
bool cancellation_may_end(const ThreadState& waiter, const WaitView& wait) {
  const bool point =
      wait.kind == LW_THREAD || wait.kind == LW_SEMAPHORE || wait.kind == LW_CONDITION_VARIABLE;
  return point && waiter.cancelled.load(std::memory_order_seq_cst);
}

template <class Visit>
void for_each_live_thread(Visit visit) {
  for (ThreadState* thread = core::newest_live_thread(); thread != nullptr;
       thread = core::live_after(*thread)) {
    if (!thread->finished.load(std::memory_order_acquire)) visit(*thread);
  }
}

Acquisition* own_acquisition(const ThreadState& thread, const Object& object) {
  for (Acquisition* node = thread.top; node != nullptr; node = node->outer) {
    if (node->object == &object) return node;
  }
  return nullptr;
}

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

template <class Visit>
void for_each_waiting_writer(const Object& object, Visit visit) {
  for_each_live_thread([&](ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    if (wait.waiting() && wait.object == &object && !is_shared(wait)) visit(thread);
  });
}

// Calls `visit` for each thread that must act before `wait` can end.
template <class Visit>
void for_each_blocker(const ThreadState& waiter, const WaitView& wait, Visit visit) {
  if (!wait.waiting()) {
    ThreadState* owner = core::asleep_in_loader(waiter).owner;
    if (owner != nullptr) visit(*owner);
    return;
  }
  if (is_timed(wait)) return;
  if (wait.kind == LW_THREAD) {
    if (cancellation_may_end(waiter, wait)) return;
    ThreadState* joined = wait.joined;
    if (joined != nullptr && !joined->finished.load(std::memory_order_relaxed)) visit(*joined);
    return;
  }
  if (wait.owner != nullptr) {
    ThreadState* owner = core::owner_of(wait);
    if (owner != nullptr && (owner != &waiter || wait.with == nullptr)) visit(*owner);
    return;
  }
  if (wait.object == nullptr || wait.wanted == nullptr) return;
  if (is_shared(wait) && own_acquisition(waiter, *wait.object) != nullptr) {
    // A reader that reads again only waits if the lock lets writers in line go first.
    return for_each_waiting_writer(*wait.object, visit);
  }
  struct Context {
    const ThreadState& waiter;
    bool wants_shared;
    Visit& visit;
  } context{waiter, is_shared(wait), visit};
  core::for_each_holder(
      *wait.object,
      [](void* argument, ThreadState& holder, Acquisition& node) {
        auto& at = *static_cast<Context*>(argument);
        const bool holds_shared = (node.flags & LW_SHARED) != 0;
        if (!(at.wants_shared && holds_shared)) at.visit(holder);
      },
      &context);
}

bool is_blocker(const ThreadState& waiter, const WaitView& wait, const ThreadState& other) {
  bool found = false;
  for_each_blocker(waiter, wait, [&](ThreadState& blocker) { found |= &blocker == &other; });
  return found;
}

bool is_priority_futex(const WaitView& wait) {
  return wait.kind == LW_CUSTOM && wait.owner != nullptr && !is_timed(wait);
}

// The kernel follows the owners of priority-inheritance futexes and refuses a wait that would close a
// ring of such waits alone (EDEADLK). Also its limit: kernel/locking/rtmutex.c, max_lock_depth.
bool kernel_refuses(const ThreadState& waiter, WaitView wait) {
  constexpr int kHopsMax = 1024;
  for (int hops = 0; hops < kHopsMax && wait.waiting() && is_priority_futex(wait); ++hops) {
    const ThreadState* owner = core::owner_of(wait);
    if (owner == &waiter) return true;
    if (owner == nullptr) return false;
    wait = core::view_wait(*owner);
  }
  return false;
}

// Threads, each of which waits for the next.
struct Ring {
  ThreadState** threads = nullptr;
  std::uint32_t count = 0;
};

class WaitFor final : public core::Detector {
 public:
  constexpr WaitFor() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::block, EventKind::locks_left, EventKind::thread_gone,
                         EventKind::fork_in_child);
  }
  void for_each_lock(core::LockVisitor visit) override { visit(lock_); }
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
    if (first_blocker_waits(thread, wait) && !kernel_refuses(thread, wait)) search_ring(thread);
    if (core::everyone_asleep()) check_all_blocked(&thread);
  }
  void on_locks_left(ThreadState& thread) {
    for (const Acquisition* node = thread.top; node != nullptr; node = node->outer) {
      find_blocked_for_ever(*node->object);
    }
  }
  void on_thread_gone() {
    if (core::everyone_asleep()) check_all_blocked(nullptr);
  }
  void on_fork_in_child() { checks_wanted_.store(0, std::memory_order_relaxed); }

  bool blocked_on_itself(ThreadState& thread, const WaitView& wait);
  static bool blocked_by_ended(ThreadState& thread, const WaitView& wait);
  static void find_blocked_for_ever(const Object& lock);
  bool first_blocker_waits(const ThreadState& thread, const WaitView& wait);
  void search_ring(ThreadState& start);
  ThreadState* find_ring(ThreadState& start);
  bool ring_stands(ThreadState& last, const ThreadState& start);
  static Ring copy_ring(ThreadState& last);
  static void report_ring(const Ring& ring);
  void check_all_blocked(const ThreadState* self);
  void check_once(const ThreadState* self);
  bool nobody_can_proceed(const ThreadState* self);
  bool nothing_moved();
  void report_all_blocked();

  core::RawLock lock_;
  std::uint64_t search_ = 0;
  std::atomic<std::uint32_t> checks_wanted_{0};
};

constinit WaitFor detector;

// A lock that this thread holds, wanted again by a wait that nobody else can end. Two readers of one
// rwlock do not block each other.
bool WaitFor::blocked_on_itself(ThreadState& thread, const WaitView& wait) {
  if (wait.object == nullptr || wait.wanted == nullptr) return false;
  Acquisition* held = own_acquisition(thread, *wait.object);
  if (held == nullptr || held->object->kind == LW_SEMAPHORE) return false;
  const bool holds_shared = (held->flags & LW_SHARED) != 0;
  if (holds_shared && is_shared(wait)) return false;
  const ReportStep steps[] = {step_of_wait(thread, wait), step_taken(thread, *held)};
  Report report;
  report.rule = "double-lock";
  report.variant = holds_shared ? "upgrade" : "self";
  report.object = wait.object;
  report.steps = steps;
  report.count = 2;
  if (is_timed(wait)) {
    core::submit(report);
  } else {
    core::submit_deadlock(report);
  }
  return true;
}

bool WaitFor::blocked_by_ended(ThreadState& thread, const WaitView& wait) {
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
void WaitFor::find_blocked_for_ever(const Object& lock) {
  for_each_live_thread([&](ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    const bool needs_it = wait.object == &lock || wait.with == &lock;
    if (wait.waiting() && needs_it) blocked_by_ended(thread, wait);
  });
}

// The usual contended lock ends here: its owner is running.
bool WaitFor::first_blocker_waits(const ThreadState& thread, const WaitView& wait) {
  bool any = false;
  for_each_blocker(thread, wait, [&](ThreadState& blocker) {
    any = any || blocker.wait.sequence.load(std::memory_order_seq_cst) % 2 == 1 ||
          core::asleep_in_loader(blocker).owner != nullptr;
  });
  return any;
}

// Reported without the lock: the reporter runs as long as it likes.
void WaitFor::search_ring(ThreadState& start) {
  Ring ring;
  {
    const core::RawGuard guard(lock_);
    ThreadState* last = find_ring(start);
    if (last != nullptr && ring_stands(*last, start)) ring = copy_ring(*last);
  }
  if (ring.count > 0) report_ring(ring);
}

// Breadth first from `start` along blockers; returns the thread whose blocker is `start` again.
ThreadState* WaitFor::find_ring(ThreadState& start) {
  ++search_;
  start.mark = {search_, 0, nullptr, nullptr};
  ThreadState* queue_end = &start;
  for (ThreadState* at = &start; at != nullptr; at = at->mark.next) {
    const WaitView wait = core::view_wait(*at);
    at->mark.sequence = wait.sequence;
    bool closes = false;
    for_each_blocker(*at, wait, [&](ThreadState& blocker) {
      closes |= &blocker == &start;
      if (blocker.mark.search == search_) return;
      blocker.mark = {search_, 0, at, nullptr};
      queue_end->mark.next = &blocker;
      queue_end = &blocker;
    });
    if (closes) return at;
  }
  return nullptr;
}

// Second reading: each wait is the same wait, and still needs the next one. Who sleeps in the loader has the
// same even sequence as before, and cannot have got its lock: the next one has it, whose wait is the same.
bool WaitFor::ring_stands(ThreadState& last, const ThreadState& start) {
  const ThreadState* next = &start;
  for (ThreadState* at = &last; at != nullptr; at = at->mark.reached_from) {
    const WaitView wait = core::view_wait(*at);
    if (wait.sequence != at->mark.sequence || !is_blocker(*at, wait, *next)) return false;
    next = at;
  }
  return true;
}

Ring WaitFor::copy_ring(ThreadState& last) {
  std::uint32_t count = 0;
  for (ThreadState* at = &last; at != nullptr; at = at->mark.reached_from) ++count;
  auto** threads = core::arena.make_array<ThreadState*>(count);
  if (threads == nullptr) return {};
  std::uint32_t slot = count;
  for (ThreadState* at = &last; at != nullptr; at = at->mark.reached_from) threads[--slot] = at;
  return {threads, count};
}

ReportStep step_in_loader(ThreadState& thread) {
  const core::LoaderSleep sleep = core::asleep_in_loader(thread);
  ReportStep step;
  step.thread = &thread;
  step.action = Action::wants;
  step.object = core::find_object(core::load_lock());
  step.held = thread.top;
  step.stack = core::stack_of_sleep(sleep);
  return step;
}

void WaitFor::report_ring(const Ring& ring) {
  const std::uint32_t count = ring.count;
  auto* steps = core::arena.make_array<ReportStep>(count);
  if (steps == nullptr) return;
  std::uint32_t first = 0;  // the ring is told from its oldest thread on
  for (std::uint32_t i = 1; i < count; ++i) {
    if (ring.threads[i]->id < ring.threads[first]->id) first = i;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    ThreadState& thread = *ring.threads[(first + i) % count];
    const WaitView wait = core::view_wait(thread);
    steps[i] = wait.waiting() ? step_of_wait(thread, wait) : step_in_loader(thread);
    steps[i].other = ring.threads[(first + i + 1) % count];
  }
  Report report;
  report.rule = "deadlock";
  report.variant = "cycle";
  report.object = steps[0].object;
  report.steps = steps;
  report.count = count;
  core::submit_deadlock(report);
}

// ---- all blocked -----------------------------------------------------------------------------
// A condition waiter's mutex, seen from one who wants it: about to be released, or taken back by a
// waiter that has been woken.
bool owner_waits_on_condition(const WaitView& wait) {
  const ThreadState* owner = core::owner_of(wait);
  if (owner == nullptr) return false;
  const WaitView other = core::view_wait(*owner);
  return other.waiting() && other.with != nullptr && other.owner == wait.owner &&
         !keeps_mutex(other);
}

// libstdc++ does not declare its futexes private; there the mapping decides.
bool others_may_act(const WaitView& wait) {
  const bool declared = (wait.flags & LW_PROCESS_SHARED) != 0 ||
                        (wait.object != nullptr && wait.object->process_shared);
  if (!declared) return false;
  return wait.kind != LW_FUTEX || !core::lies_in_private_memory(wait.address);
}

// `self` is the checker: it is about to sleep, whatever it still owns.
bool can_proceed(const ThreadState& thread, const WaitView& wait, const ThreadState* self) {
  if (!wait.waiting() || is_timed(wait) || cancellation_may_end(thread, wait)) return true;
  if (others_may_act(wait) || kernel_refuses(thread, wait)) return true;
  if (wait.object != nullptr && core::wakes_on_way(*wait.object) > 0) return true;
  if (wait.kind == LW_THREAD) {
    const ThreadState* joined = wait.joined;
    return joined == nullptr || joined->finished.load(std::memory_order_relaxed);
  }
  if (is_destruction(wait)) return core::waiters_of(*wait.object) == 0;
  if (keeps_mutex(wait)) return false;  // it owns it all the time
  if (wait.with != nullptr) return &thread != self && core::owner_of(wait) == &thread;
  if (wait.wanted == nullptr) return false;
  if (wait.owner != nullptr) return core::has_no_owner(wait) || owner_waits_on_condition(wait);
  return core::holder_of(*wait.object, &thread, nullptr) == nullptr;
}

// Notes each wait's sequence for `nothing_moved`.
bool WaitFor::nobody_can_proceed(const ThreadState* self) {
  bool stuck = true;
  for_each_live_thread([&](ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    thread.mark.checked = wait.sequence;
    if (can_proceed(thread, wait, self)) stuck = false;
  });
  return stuck;
}

bool WaitFor::nothing_moved() {
  bool same = core::everyone_asleep();
  for_each_live_thread([&](ThreadState& thread) {
    same &= thread.wait.sequence.load(std::memory_order_seq_cst) == thread.mark.checked;
  });
  return same;
}

bool all_settled(const ThreadState* except) {
  bool settled = true;
  for_each_live_thread([&](const ThreadState& thread) {
    if (&thread != except) settled &= thread.wait.settled.load(std::memory_order_seq_cst);
  });
  return settled;
}

// One thread checks at a time; one that comes meanwhile leaves its wish and goes to sleep, because
// the checker waits for it to do so.
void WaitFor::check_all_blocked(const ThreadState* self) {
  if (core::handlers_may_act()) return;
  if (checks_wanted_.fetch_add(1) > 0) return;
  for (std::uint32_t seen = 1;;) {
    check_once(self);
    if (checks_wanted_.compare_exchange_strong(seen, 0)) return;
  }
}

// Threads that have published their wait but not yet gone to sleep get the time to do so: nobody
// else could use it, since nobody can proceed. One look at the tasks takes time: an unknown one may
// wake a thread that has been looked at and be gone when its turn comes. The next look sees that.
// What such a task did to the checker's own wait, only that wait's front-end can tell.
void WaitFor::check_once(const ThreadState* self) {
  constexpr long kSettle_ns = 500'000;
  constexpr int kLooks = 2;
  constexpr int kTriesMax = 1000;
  bool dead = core::everyone_asleep() && nobody_can_proceed(self);
  for (int looks = 0, tries = 0; dead && looks < kLooks; ++tries) {
    const core::Tasks tasks = core::look_at_tasks();
    dead = tasks != core::Tasks::unknown_ones && nothing_moved() && tries < kTriesMax;
    const bool still = tasks == core::Tasks::all_known_asleep && all_settled(self);
    looks = still ? looks + 1 : 0;
    if (!still) core::pause_ns(kSettle_ns);
  }
  dead = dead && (self == nullptr || core::own_wait_stands(*self));
  if (dead && nobody_can_proceed(self) && core::everyone_asleep()) report_all_blocked();
}

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

void WaitFor::report_all_blocked() {
  std::uint32_t count = 0;
  for_each_live_thread([&](ThreadState&) { ++count; });
  auto** threads = core::arena.make_array<ThreadState*>(count);
  if (threads == nullptr || count == 0) return;
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

}  // namespace

core::Detector& wait_for() { return detector; }

}  // namespace lockweave::detectors
