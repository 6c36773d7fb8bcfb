// runtime/detectors/all_blocked.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/all_blocked.h"

#include "runtime/core/base/lost.h"
#include "runtime/detectors/all_blocked_report.h"
#include "runtime/detectors/blockers.h"

namespace lockweave::detectors {

using core::ThreadState;
using core::WaitView;

namespace {

// A condition waiter's mutex, seen from one who wants it: about to be released, or taken back by a
// waiter that has been woken.
bool owner_waits_on_condition(const WaitView& wait) {
  const ThreadState* owner = core::owner_of(wait);
  if (owner == nullptr) return false;
  const WaitView other = core::view_wait(*owner);
  return other.waiting() && other.with != nullptr && other.owner == wait.owner &&
         !keeps_mutex(other);
}

// The kernel gives a robust or priority-inheriting lock to a waiter when its owner ends, which it may be about
// to do.
bool owner_is_gone(const WaitView& wait) {
  if (!core::outlives_owner(*wait.object)) return false;
  const ThreadState* owner = core::owner_of(wait);
  return owner == nullptr || owner->finished.load(std::memory_order_acquire);
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
  if (wait.kind == LW_THREAD) {
    const ThreadState* joined = wait.joined;
    return joined == nullptr || joined->finished.load(std::memory_order_relaxed);
  }
  if (wait.object == nullptr)
    return true;  // no memory for it: whoever may end the wait is not known
  if (core::wakes_on_way(*wait.object) > 0) return true;
  if (is_destruction(wait)) return core::waiters_of(*wait.object) == 0;
  if (keeps_mutex(wait)) return false;  // it owns it all the time
  if (wait.with != nullptr) return &thread != self && core::owner_of(wait) == &thread;
  if (wait.wanted == nullptr) return false;
  if (wait.owner != nullptr) {
    return core::has_no_owner(wait) || owner_waits_on_condition(wait) || owner_is_gone(wait);
  }
  return core::holder_of(*wait.object, &thread, nullptr) == nullptr;
}

// If so, notes each wait's sequence for `nothing_moved`.
bool nobody_can_proceed(const ThreadState* self) {
  for (ThreadState* thread = core::newest_live_thread(); thread != nullptr;
       thread = core::live_after(*thread)) {
    if (thread->finished.load(std::memory_order_acquire)) continue;
    const WaitView wait = core::view_wait(*thread);
    thread->mark.checked = wait.sequence;
    if (can_proceed(*thread, wait, self)) return false;
  }
  return true;
}

bool nothing_moved() {
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

// Threads that have published their wait but not yet gone to sleep get the time to do so: nobody
// else could use it, since nobody can proceed. One look at the tasks takes time: an unknown one may
// wake a thread that has been looked at and be gone when its turn comes. The next look sees that.
// What such a task did to the checker's own wait, only that wait's front-end can tell.
void check_once(const ThreadState* self) {
  constexpr long kSettle_ns = 500'000;
  constexpr int kLooks = 2;
  constexpr int kTriesMax = 20'000;  // ten seconds at least: a thread may get no processor for some
  bool dead = core::everyone_asleep() && nobody_can_proceed(self);
  for (int looks = 0, tries = 0; dead && looks < kLooks; ++tries) {
    if (tries == kTriesMax) return core::count_lost(core::Loss::waits);
    const core::Tasks tasks = core::look_at_tasks();
    dead = tasks != core::Tasks::unknown_ones && nothing_moved();
    const bool still = tasks == core::Tasks::all_known_asleep && all_settled(self);
    looks = still ? looks + 1 : 0;
    if (!still) core::pause_ns(kSettle_ns);
  }
  dead = dead && (self == nullptr || core::own_wait_stands(*self));
  if (dead && nobody_can_proceed(self) && core::everyone_asleep()) report_all_blocked();
}

}  // namespace

// One thread checks at a time; one that comes meanwhile leaves its wish and goes to sleep, because
// the checker waits for it to do so.
void AllBlocked::check(const ThreadState* self) {
  if (core::handlers_may_act()) return;
  if (checks_wanted_.fetch_add(1) > 0) return;
  for (std::uint32_t seen = 1;;) {
    check_once(self);
    if (checks_wanted_.compare_exchange_strong(seen, 0)) return;
  }
}

}  // namespace lockweave::detectors
