// runtime/core/events/hooks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// hooks.h, implemented: what a front-end reports becomes changes of the thread's state and calls to
// the detectors. Order matters everywhere a thread may sleep: state is published before.
#include "lockweave/hooks.h"

#include <errno.h>

#include <algorithm>

#include "runtime/core/base/options.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/modules.h"
#include "runtime/core/events/acquire.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/events/detector.h"
#include "runtime/core/events/own_wait.h"
#include "runtime/core/events/watch.h"
#include "runtime/core/record/record_writer.h"
#include "runtime/core/state/endings.h"
#include "runtime/core/state/fast_lock.h"
#include "runtime/core/state/names.h"
#include "runtime/core/state/newborn.h"
#include "runtime/core/state/permits.h"
#include "runtime/core/state/relations.h"

namespace lockweave::core {

constinit CoreState core_state;

namespace {

ThreadState& self() { return *tls.state; }

std::uintptr_t bits(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

// Keeps errno across a hook's slow path.
class ErrnoKept {
 public:
  ErrnoKept() : kept_(errno) {}
  ~ErrnoKept() { errno = kept_; }

 private:
  int kept_;
};

void notice_stack_depth(ThreadState& thread) {
  const std::uintptr_t frame = bits(__builtin_frame_address(0));
  if (frame > thread.lowest_stack_object.load(std::memory_order_relaxed)) [[unlikely]] {
    // Not from another stack: a signal handler's, a fiber's.
    if (frame < thread.stack_high && frame >= thread.stack_low) end_stack_objects(thread, frame);
  }
}

bool is_lock(lw_kind kind) {
  switch (kind) {
    case LW_MUTEX:
    case LW_RECURSIVE_MUTEX:
    case LW_ERRORCHECK_MUTEX:
    case LW_RWLOCK:
    case LW_SPINLOCK:
    case LW_ONCE:
    case LW_STATIC_GUARD:
    case LW_FILE_LOCK:
    case LW_CUSTOM: return true;
    default: return false;
  }
}

constexpr std::uint64_t kOneWaiter = std::uint64_t{1} << 32;

std::uint32_t waiters_in(std::uint64_t packed) { return static_cast<std::uint32_t>(packed >> 32); }
std::uint32_t wakes_in(std::uint64_t packed) { return static_cast<std::uint32_t>(packed); }

// A destruction that lasts until the waiters have left is woken by none of their notifications.
bool counts_as_waiter(const Wait& wait) {
  return wait.object != nullptr && (wait.flags & LW_LEAVING) == 0;
}

// Why a waiter comes back. `maybe_woken`: nobody knows whether a wake on its way was for it; it uses one up.
enum class Return { maybe_woken, unwoken };

void waiter_left(Object& object, Return why) {
  std::uint64_t packed = object.waiters_and_wakes.load(std::memory_order_relaxed);
  std::uint64_t next;
  do {
    next = packed - kOneWaiter;
    const bool spare = wakes_in(next) > waiters_in(next);  // nobody is left for it
    if (wakes_in(next) > 0 && (why == Return::maybe_woken || spare)) --next;
  } while (!object.waiters_and_wakes.compare_exchange_weak(packed, next));
  if (wakes_in(next) < wakes_in(packed)) {
    core_state.wakes_on_way.fetch_sub(1, std::memory_order_seq_cst);
  }
}

// What a waiter was woken for, another one has taken: it sleeps on.
void use_up_wake(Object& object) {
  std::uint64_t packed = object.waiters_and_wakes.load(std::memory_order_seq_cst);
  do {
    if (wakes_in(packed) == 0) return;
  } while (!object.waiters_and_wakes.compare_exchange_weak(packed, packed - 1));
  core_state.wakes_on_way.fetch_sub(1, std::memory_order_seq_cst);
}

constexpr std::uint32_t kAllWaiters = ~0U;

// Returns how many waiters this wakes, at most `most`, that no earlier notification has woken already.
std::uint32_t wake_waiters(Object& object, std::uint32_t most) {
  std::uint64_t packed = object.waiters_and_wakes.load(std::memory_order_seq_cst);
  std::uint32_t woken;
  do {
    const std::uint32_t still = waiters_in(packed) - wakes_in(packed);
    woken = std::min(most, still);
    if (woken == 0) return 0;
  } while (!object.waiters_and_wakes.compare_exchange_weak(packed, packed + woken));
  core_state.wakes_on_way.fetch_add(woken, std::memory_order_seq_cst);
  return woken;
}

// Busy, or not up, or the first operation of a thread that nobody announced.
__attribute__((noinline)) int enter_unregistered() {
  if (tls.state != nullptr || tls.unseen > 0 || !core_state.up.load(std::memory_order_relaxed)) {
    return 0;
  }
  Unseen unseen;
  return current_thread() != nullptr ? 1 : 0;
}

thread_local Parked parked __attribute__((tls_model("initial-exec")));

void prepare_wait(ThreadState& thread, const void* object, lw_kind kind, int flags,
                  const void* with, const int* owner, const void* pc) {
  Wait& wait = thread.wait;
  wait.settled.store(false, std::memory_order_relaxed);
  wait.kind = kind;
  wait.flags = flags;
  wait.address = object;
  wait.owner = owner;
  wait.wanted = nullptr;
  wait.with = nullptr;
  wait.object = nullptr;
  if (kind != LW_THREAD) wait.joined = nullptr;  // else lw_thread_to_join has told
  if (is_lock(kind)) {
    wait.wanted = acquisition_for(thread, bits(object), kind, flags & ~LW_TRY, pc, Stage::wanted);
    wait.object = wait.wanted == nullptr ? nullptr : wait.wanted->object;
  } else if (kind != LW_THREAD) {
    wait.object = object_at(bits(object), kind, flags, pc);
  }
  if (with != nullptr) {
    wait.with = object_at(bits(with), LW_MUTEX, 0, pc);
    park_held(thread, bits(with), (flags & LW_KEEPS) != 0, parked);
  }
  (void)bring_chain_up_to_date(thread);  // others look at it while it sleeps
  Trace here;
  capture(here, pc);
  wait.trace.store(here);
  wait.since_ms = options.hang_timeout > 0 ? os::monotonic_ms() : 0;
  wait.since = core_state.wait_order.fetch_add(1, std::memory_order_relaxed) + 1;
}

bool note_cancelled(pthread_t handle) {
  ThreadState* thread = thread_by_handle(handle);
  if (thread == nullptr || thread->finished.load(std::memory_order_relaxed)) return false;
  thread->cancelled.store(true, std::memory_order_seq_cst);
  return true;
}

bool orders_by_ending(const Wait& wait) {
  return wait.object != nullptr && !is_lock(wait.kind) && wait.kind != LW_THREAD &&
         (wait.flags & LW_UNORDERED) == 0;
}

Object* notified_object(const void* object, lw_kind kind, const void* pc) {
  return kind == LW_CONDITION_VARIABLE || watching() ? object_at(bits(object), kind, 0, pc)
                                                     : find_object(bits(object));
}

void tell_notified(Object& object, std::uint32_t most, const void* pc) {
  if (wake_waiters(object, most) == 0) {
    object.missed_by.store(self().id, std::memory_order_relaxed);
    object.missed_pc.store(pc, std::memory_order_relaxed);
  } else {
    object.missed_pc.store(nullptr, std::memory_order_relaxed);
  }
  emit(
      {.kind = EventKind::notify, .all = most > 1, .thread = &self(), .object = &object, .pc = pc});
}

// Whose arrival is the last of a round finds all others of it waiting: each publishes its wait before it
// arrives here.
bool completes_round(Object& barrier, std::uint32_t parties) {
  std::uint32_t arrived = barrier.arrived.load(std::memory_order_relaxed);
  std::uint32_t next;
  do {
    next = arrived + 1 == parties ? 0 : arrived + 1;
  } while (!barrier.arrived.compare_exchange_weak(arrived, next, std::memory_order_acq_rel,
                                                  std::memory_order_relaxed));
  return next == 0;
}

void count_waiter(Wait& wait) {
  if (counts_as_waiter(wait)) wait.object->waiters_and_wakes.fetch_add(kOneWaiter);
}

void count_sleeper(const Wait& wait) {
  if ((wait.flags & LW_TIMED) == 0) core_state.asleep.fetch_add(1, std::memory_order_seq_cst);
}

bool goes_with_stack(lw_kind kind) {
  return kind == LW_MUTEX || kind == LW_RECURSIVE_MUTEX || kind == LW_ERRORCHECK_MUTEX ||
         kind == LW_RWLOCK || kind == LW_SPINLOCK || kind == LW_CONDITION_VARIABLE;
}

// Not for the main thread, whose stack stays, nor for one whose creation was not seen: it may be that.
void tell_objects_left(ThreadState& thread) {
  if (thread.created_at == nullptr || !wanted(EventKind::object_left)) return;
  constexpr std::uint32_t kAtATime = 32;
  Object* objects[kAtATime];
  std::uint32_t skip = 0;
  std::uint32_t count = kAtATime;
  for (; count == kAtATime; skip += count) {
    count = copy_stack_objects(thread, skip, objects, kAtATime);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!goes_with_stack(objects[i]->kind)) continue;
      emit({.kind = EventKind::object_left, .thread = &thread, .object = objects[i]});
    }
  }
}

void unpublish_wait(Wait& wait, Return why) {
  if ((wait.flags & LW_TIMED) == 0) core_state.asleep.fetch_sub(1, std::memory_order_seq_cst);
  wait.sequence.fetch_add(1, std::memory_order_seq_cst);
  std::atomic_thread_fence(std::memory_order_release);  // before what the next wait writes
  if (counts_as_waiter(wait)) waiter_left(*wait.object, why);
}

void end_wait(Return why) {
  ErrnoKept kept;
  ThreadState& thread = self();
  Wait& wait = thread.wait;
  unpublish_wait(wait, why);
  if (orders_by_ending(wait)) {
    emit({.kind = EventKind::order_acquire, .thread = &thread, .object = wait.object});
  }
  if (parked.node != nullptr) {
    const std::uintptr_t address = parked.node->object->address.load(std::memory_order_relaxed);
    if (address != 0) {
      push_held(thread, address, parked.node->object->kind, 0,
                reinterpret_cast<const void*>(wait.trace.innermost()));
      const bool held = find_held(thread, address) != kNotHeld;  // not without memory
      if (held && parked.count > 1) restore_count(thread, parked.count);
    }
    parked = {};
  }
  emit({.kind = EventKind::unblock, .thread = &thread});
}

}  // namespace

void keep_own_wait_after_fork(ThreadState& survivor) {
  Wait& wait = survivor.wait;
  if (wait.sequence.load(std::memory_order_relaxed) % 2 == 0) return;
  count_waiter(wait);
  count_sleeper(wait);
}

}  // namespace lockweave::core

using namespace lockweave;
using namespace lockweave::core;

extern "C" {

int lw_enter(void) {
  if (tls.idle != nullptr) [[likely]] {
    tls.idle = nullptr;
    return 1;
  }
  return enter_unregistered();
}

void lw_leave(void) { tls.idle = tls.state; }

void lw_about_to(lw_operation what, const void* object, lw_kind kind, int flags) {
  ThreadState& thread = self();
  ++thread.operations;
  if (!wanted(EventKind::operation)) return;
  ErrnoKept kept;
  deliver({.kind = EventKind::operation,
           .operation = what,
           .object_kind = kind,
           .flags = flags,
           .thread = &thread,
           .address = bits(object)});
}

void lw_acquired(const void* lock, lw_kind kind, int flags, const void* pc) {
  ThreadState& thread = self();
  notice_stack_depth(thread);
  push_held(thread, bits(lock), kind, flags, pc);
}

int lw_release(const void* lock, lw_kind kind, const void*) {
  if (kind == LW_CUSTOM) forget_births();
  if (pop_held(self(), bits(lock))) return 1;
  take_over_left(bits(lock));
  return 0;
}

void lw_release_not_held(const void* lock, lw_kind kind, const char* variant, const void* pc) {
  ErrnoKept kept;
  if (Object* object = object_at(bits(lock), kind, 0, pc)) {
    emit({.kind = EventKind::release_not_held,
          .thread = &self(),
          .object = object,
          .pc = pc,
          .variant = variant});
  }
}

void lw_passed(const void* lock, lw_kind kind, const void* pc) {
  ThreadState& thread = self();
  if (thread.depth.load(std::memory_order_relaxed) == 0) return;
  ErrnoKept kept;
  notice_stack_depth(thread);
  (void)acquisition_for(thread, bits(lock), kind, 0, pc, Stage::wanted);
}

void lw_read_again(const void* lock, const void* pc) {
  ThreadState& thread = self();
  const std::uint32_t at = find_held(thread, bits(lock));
  if (at == kNotHeld) return;
  ErrnoKept kept;
  Acquisition& held = *entries(thread)[at].node;
  if ((held.flags & LW_SHARED) == 0) return;
  emit({.kind = EventKind::read_again,
        .thread = &thread,
        .object = held.object,
        .acquisition = &held,
        .pc = pc});
}

int lw_lock_known(void* mutex, const void* pc) {
  return fast_lock<LW_EXCLUSIVE>(static_cast<pthread_mutex_t*>(mutex), pc) ? 1 : 0;
}

int lw_unlock_known(void* mutex) {
  return fast_unlock(static_cast<pthread_mutex_t*>(mutex)) ? 1 : 0;
}

unsigned lw_held_by_others(const void* lock) {
  const Object* object = find_object(bits(lock));
  return object == nullptr ? 0 : holds_of_others(*object, self());
}

int lw_owns(int tid) { return self().tid.load(std::memory_order_relaxed) == tid ? 1 : 0; }

void lw_object_begin(const void* object, lw_kind kind, int flags, const void* pc) {
  ErrnoKept kept;
  if (Object* old = find_object(bits(object))) end_object(*old);
  Object* begun = object_at(bits(object), kind, flags, pc);
  if (begun != nullptr && kind == LW_QUEUE) open_permit_account(*begun);
  // Custom locks begin in no operation that counts, semaphores often in their first use; what lies in a
  // module all know by name.
  if (kind != LW_CUSTOM && kind != LW_SEMAPHORE && !lies_in_module(bits(object))) {
    note_object_birth(self(), bits(object));
  }
}

void lw_object_ending(const void* object, lw_kind, const void* pc) {
  Object* known = find_object(bits(object));
  if (known == nullptr) return;
  ErrnoKept kept;
  emit({.kind = EventKind::object_end, .thread = &self(), .object = known, .pc = pc});
}

void lw_object_end(const void* object, lw_kind kind, const void* pc) {
  lw_object_ending(object, kind, pc);
  Object* known = find_object(bits(object));
  if (known == nullptr) return;
  ErrnoKept kept;
  if (tells_its_end(kind)) note_ending(*known, self().id, intern_here(pc));
  end_object(*known);
}

void lw_used_after_end(const void* object, lw_kind kind, const void* pc) {
  ErrnoKept kept;
  Ending ending = ending_to_tell(bits(object));
  if (ending.object == nullptr) ending.object = object_at(bits(object), kind, 0, pc);
  if (ending.object == nullptr) return;
  emit({.kind = EventKind::used_after_end, .thread = &self(), .pc = pc, .ending = &ending});
}

void lw_memory_end(const void* begin, size_t size, const void* pc) {
  if (!may_hold_objects(bits(begin), size)) return;
  ErrnoKept kept;
  struct Context {
    const void* pc;
  } context{pc};
  end_objects_within(
      bits(begin), size,
      [](void* argument, Object& object) {
        const void* where = static_cast<Context*>(argument)->pc;
        emit({.kind = EventKind::object_end,
              .freed = true,
              .thread = &self(),
              .object = &object,
              .pc = where});
      },
      &context);
}

int lw_memory_watched(void) { return objects_off_stacks() ? 1 : 0; }

int lw_memory_may_matter(const void* begin, size_t size) {
  return may_hold_objects(bits(begin), size) ? 1 : 0;
}

uint64_t lw_memory_mark(void) { return newest_object(); }

void lw_memory_gone(const void* begin, size_t size, uint64_t mark) {
  if (!may_hold_objects(bits(begin), size)) return;
  ErrnoKept kept;
  end_objects_within(bits(begin), size, nullptr, nullptr, static_cast<Id>(mark));
}

void lw_memory_born(const void* begin, size_t size) {
  if (const ThreadState* thread = tls.idle) note_birth(*thread, bits(begin), size);
}

void lw_block_publish(const void* object, lw_kind kind, int flags, const void* with,
                      const int* owner, const void* pc) {
  ErrnoKept kept;
  ThreadState& thread = self();
  notice_stack_depth(thread);
  prepare_wait(thread, object, kind, flags, with, owner, pc);
  Wait& wait = thread.wait;
  count_waiter(wait);
  wait.sequence.fetch_add(1, std::memory_order_seq_cst);
  count_sleeper(wait);
}

void lw_block_check(void) {
  ErrnoKept kept;
  ThreadState& thread = self();
  emit({.kind = EventKind::block, .thread = &thread});
  thread.wait.settled.store(true, std::memory_order_seq_cst);
}

void lw_block_check_while(lw_wait_stands stands, const void* context) {
  Wait& wait = self().wait;
  wait.stands = stands;
  wait.stands_context = context;
  lw_block_check();
  wait.stands = nullptr;
}

void lw_block_begin(const void* object, lw_kind kind, int flags, const void* with, const int* owner,
                    const void* pc) {
  lw_block_publish(object, kind, flags, with, owner, pc);
  lw_block_check();
}

void lw_block_end(void) { end_wait(Return::maybe_woken); }
void lw_block_end_unwoken(void) { end_wait(Return::unwoken); }

void lw_block_abandoned(void) {
  unpublish_wait(self().wait, Return::maybe_woken);
  parked = {};
}

void lw_notify(const void* object, lw_kind kind, int all, const void* pc) {
  ErrnoKept kept;
  Object* known = notified_object(object, kind, pc);
  if (known == nullptr) return;
  if (kind == LW_SEMAPHORE && all != 0) note_giving(*known, false);
  emit({.kind = EventKind::order_release, .thread = &self(), .object = known});
  tell_notified(*known, all != 0 ? kAllWaiters : 1, pc);
}

void lw_notify_some(const void* object, lw_kind kind, unsigned waiters, const void* pc) {
  ErrnoKept kept;
  Object* known = notified_object(object, kind, pc);
  if (known == nullptr) return;
  emit({.kind = EventKind::order_release, .thread = &self(), .object = known});
  tell_notified(*known, waiters, pc);
}

void lw_wake(const void* object, lw_kind kind, int all, const void* pc) {
  ErrnoKept kept;
  Object* known = notified_object(object, kind, pc);
  if (known != nullptr) tell_notified(*known, all != 0 ? kAllWaiters : 1, pc);
}

void lw_wake_some(const void* object, lw_kind kind, unsigned waiters, const void* pc) {
  ErrnoKept kept;
  Object* known = notified_object(object, kind, pc);
  if (known != nullptr) tell_notified(*known, waiters, pc);
}

void lw_wake_used(const void* semaphore) {
  if (Object* object = find_object(bits(semaphore))) use_up_wake(*object);
}

void lw_semaphore_begin(const void* semaphore, unsigned permits, int flags, const void* pc) {
  lw_object_begin(semaphore, LW_SEMAPHORE, flags, pc);
  if (Object* object = find_object(bits(semaphore))) {
    object->permits.store(permits, std::memory_order_relaxed);
    object->lock_like = permits == 1;
    if (permits > 0) open_permit_account(*object);
  }
}

void lw_barrier_begin(const void* barrier, unsigned parties, int flags, const void* pc) {
  lw_object_begin(barrier, LW_BARRIER, flags, pc);
  if (Object* object = find_object(bits(barrier))) {
    object->permits.store(parties, std::memory_order_relaxed);
  }
}

int lw_barrier_arrive(const void* barrier, const void* pc) {
  ErrnoKept kept;
  Object* object = find_object(bits(barrier));
  const std::uint32_t parties =
      object == nullptr ? 0 : object->permits.load(std::memory_order_relaxed);
  ThreadState& thread = self();
  if (object != nullptr) {
    emit({.kind = EventKind::order_release, .thread = &thread, .object = object});
  }
  lw_block_publish(barrier, LW_BARRIER, parties == 0 ? LW_TIMED : 0, nullptr, nullptr, pc);
  if (parties == 0 || !completes_round(*object, parties)) return 0;
  emit({.kind = EventKind::order_acquire, .thread = &thread, .object = object});
  emit({.kind = EventKind::order_release, .thread = &thread, .object = object});
  tell_notified(*object, parties, pc);  // itself, too: others may still be on their way out
  return 1;
}

void lw_permit_taken(const void* semaphore, int flags, const void* pc) {
  Object* object = find_object(bits(semaphore));
  if (object == nullptr) return;
  ThreadState& thread = self();
  ErrnoKept kept;
  emit({.kind = EventKind::order_acquire, .thread = &thread, .object = object});
  emit({.kind = EventKind::permit, .flags = flags, .thread = &thread, .object = object, .pc = pc});
  if (!object->lock_like) return note_taken(thread, *object, pc);
  notice_stack_depth(thread);
  push_held(thread, bits(semaphore), LW_SEMAPHORE, flags, pc);
}

void lw_permit_given(const void* semaphore, const void* pc) {
  Object* object =
      watching() ? object_at(bits(semaphore), LW_SEMAPHORE, 0, pc) : find_object(bits(semaphore));
  if (object == nullptr) return;
  emit({.kind = EventKind::order_release, .thread = &self(), .object = object});
  if (!object->lock_like) return note_given_back(self(), *object);
  const bool by_taker = pop_held(self(), bits(semaphore));
  note_giving(*object, by_taker);
  if (by_taker) return;
  ErrnoKept kept;
  object->lock_like = false;  // given by one who did not take it: a signal, not a lock
  record_writer.note_object(*object);
}

void lw_value_got(const void* queue, const void* pc) {
  ErrnoKept kept;
  if (Object* object = find_object(bits(queue))) note_taken(self(), *object, pc);
}

void lw_value_done(const void* queue) {
  if (Object* object = find_object(bits(queue))) note_given_back(self(), *object);
}

void lw_queue_work(const void* queue, size_t unfinished) {
  if (Object* object = find_object(bits(queue))) note_work(*object, unfinished);
}

void* lw_thread_create(const void* pc, size_t stack_size) {
  ErrnoKept kept;
  ThreadState& parent = self();
  ThreadState* child = register_child(parent, pc, stack_size);
  begin_segment(parent);
  if (child != nullptr) {
    emit({.kind = EventKind::thread_create, .thread = &parent, .other = child});
  }
  return child;
}

void** lw_thread_payload(void* token) { return static_cast<ThreadState*>(token)->payload; }

void lw_thread_created(void* token) { child_created(*static_cast<ThreadState*>(token)); }

void lw_thread_not_created(void* token) { forget_child(*static_cast<ThreadState*>(token)); }

void lw_thread_started(void* token) {
  adopt(*static_cast<ThreadState*>(token));
  tls.idle = tls.state;
}

void lw_thread_id(int tid) {
  if (ThreadState* thread = tls.state) set_tid(*thread, tid);
}

void lw_thread_ended(void) {
  ThreadState* thread = tls.state;
  if (thread == nullptr) return;
  reconcile_all_held(*thread);
  tell_objects_left(*thread);
  emit({.kind = EventKind::thread_end, .thread = thread});
  leave_held(*thread);
  emit({.kind = EventKind::locks_left, .thread = thread});
  leave_permits(*thread);
  record_writer.note_thread_end(*thread);
  finish_thread(*thread);
  emit({.kind = EventKind::thread_gone});
}

void* lw_thread_to_join(const void* thread, int flags) {
  ErrnoKept kept;
  const bool patient = (flags & (LW_TIMED | LW_TRY)) == 0;
  return self().wait.joined = claim_to_join(reinterpret_cast<pthread_t>(thread), patient);
}

void lw_thread_joined(const void* thread, void* token, const void* pc) {
  ErrnoKept kept;
  auto* joined = static_cast<ThreadState*>(token);
  if (joined == nullptr) joined = claim_joined(reinterpret_cast<pthread_t>(thread));
  if (joined == nullptr) return;
  begin_segment(self());
  if (joined->observed.load(std::memory_order_relaxed)) {
    mark_observed(self());
    remember_join(joined->id, self().id, self().segment.load(std::memory_order_relaxed));
  }
  record_writer.note_join(*joined, self());
  emit({.kind = EventKind::join, .thread = &self(), .other = joined, .pc = pc});
  release_joined(*joined);
}

void lw_thread_not_joined(void* token) {
  if (token != nullptr) release_not_joined(*static_cast<ThreadState*>(token));
}

void lw_thread_detached(const void* thread) { detach_thread(reinterpret_cast<pthread_t>(thread)); }

void lw_thread_begins_detached(void* token) { detach_thread(*static_cast<ThreadState*>(token)); }

void lw_thread_cancelled(const void* thread) {
  if (note_cancelled(reinterpret_cast<pthread_t>(thread))) return;
  for (ThreadState* state = newest_live_thread(); state != nullptr; state = live_after(*state)) {
    const bool begun = state->tid.load(std::memory_order_seq_cst) != 0;
    if (!begun) state->cancelled.store(true, std::memory_order_seq_cst);  // one of these
  }
  note_cancelled(reinterpret_cast<pthread_t>(thread));  // it may have begun meanwhile
}

int lw_watching(void) { return watching() ? 1 : 0; }

void lw_order_release(const void* object, lw_kind kind) {
  if (!watching()) return;
  ErrnoKept kept;
  if (Object* known = object_at(bits(object), kind, 0, __builtin_return_address(0))) {
    emit({.kind = EventKind::order_release, .thread = &self(), .object = known});
  }
}

void lw_order_acquire(const void* object) {
  if (!watching()) return;
  ErrnoKept kept;
  if (Object* known = find_object(bits(object))) {
    emit({.kind = EventKind::order_acquire, .thread = &self(), .object = known});
  }
}

void lw_variable_begin(const void* address, size_t size, const char* name, const void* pc) {
  ErrnoKept kept;
  emit({.kind = EventKind::variable_begin,
        .pc = pc,
        .address = bits(address),
        .size = size,
        .name = name});
}

void lw_variable_end(const void* address) {
  ErrnoKept kept;
  emit({.kind = EventKind::variable_end, .address = bits(address)});
}

int lw_access_known(const void* address, lw_access_kind kind) {
  ThreadState* thread = tls.idle;
  if (thread == nullptr || wanted(EventKind::operation)) return 0;
  if (chain_is_behind(*thread)) return 0;
  const FastOperation operation(*thread);
  if (!access_is_known(*thread, bits(address), kind)) return 0;
  ++thread->operations;
  return 1;
}

void lw_access(const void* address, size_t size, lw_access_kind kind, const void* pc) {
  ErrnoKept kept;
  // Static storage ends with the process, and daemons may still be at work.
  if (kind == LW_END && lies_in_module(bits(address))) return;
  begin_watching();
  emit({.kind = EventKind::access,
        .access = kind,
        .thread = &self(),
        .pc = pc,
        .address = bits(address),
        .size = size});
}

void lw_read(const void* address, size_t size, const void* pc) {
  lw_access(address, size, LW_READ, pc);
}

void lw_write(const void* address, size_t size, const void* pc) {
  lw_access(address, size, LW_WRITE, pc);
}

void lw_thread_name(const void* handle, const char* name) {
  ErrnoKept kept;
  ThreadState* thread = thread_by_handle(reinterpret_cast<pthread_t>(handle));
  if (thread != nullptr) thread->name = keep_name(name);
}

void lw_name(const void* object, const char* name) {
  if (lw_enter() == 0) return;
  {
    ErrnoKept kept;
    if (Object* known = object_at(bits(object), LW_MUTEX, 0, __builtin_return_address(0))) {
      known->name = keep_name(name);
      record_writer.note_object(*known);
    }
  }
  lw_leave();
}

void lw_assert_held(const void* lock, const void* pc) {
  if (lw_enter() == 0) return;
  if (!holds(self(), bits(lock)) && !may_hold_unseen()) {
    ErrnoKept kept;
    if (Object* known = object_at(bits(lock), LW_MUTEX, 0, pc)) {
      emit({.kind = EventKind::assert_held, .thread = &self(), .object = known, .pc = pc});
    }
  }
  lw_leave();
}

void lw_declare_order(const void* before, const void* after) {
  if (lw_enter() == 0) return;
  {
    ErrnoKept kept;
    const void* pc = __builtin_return_address(0);
    Object* first = object_at(bits(before), LW_MUTEX, 0, pc);
    Object* second = object_at(bits(after), LW_MUTEX, 0, pc);
    if (first != nullptr && second != nullptr && declare_order(*first, *second)) {
      record_writer.note_order(*first, *second);
    }
  }
  lw_leave();
}

void lw_forget(const void* lock) {
  if (lw_enter() == 0) return;
  {
    ErrnoKept kept;
    if (Object* known = object_at(bits(lock), LW_MUTEX, 0, __builtin_return_address(0))) {
      known->lock_like = false;
      record_writer.note_object(*known);
    }
  }
  lw_leave();
}

void lw_misuse(const char* rule, const char* variant, const void* object, lw_kind kind,
               const void* pc) {
  ErrnoKept kept;
  if (Object* known = object_at(bits(object), kind, 0, pc)) {
    emit({.kind = EventKind::misuse,
          .thread = &self(),
          .object = known,
          .pc = pc,
          .rule = rule,
          .variant = variant});
  }
}

void lw_handler(int signal, int installed) {
  note_handled(signal, installed != 0);
  if (installed != 0) {
    core_state.handlers.fetch_add(1, std::memory_order_relaxed);
  } else {
    core_state.handlers.fetch_sub(1, std::memory_order_relaxed);
  }
}

void lw_module_going(void) { unloading_begins(); }

void lw_module_gone(void) {
  forget_framing();
  unloading_ends();
}

}  // extern "C"
