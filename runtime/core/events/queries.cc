// runtime/core/events/queries.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What detectors may ask about the live process (detector.h).
#include "runtime/core/base/arena.h"
#include "runtime/core/base/fork_epoch.h"
#include "runtime/core/base/os.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/events/detector.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {

namespace {

Acquisition* taken_by(const ThreadState& thread, const Object& object) {
  Acquisition* taken = nullptr;
  for_each_held(thread, [&](const Held& held) {
    if (taken == nullptr && held.node->object == &object) taken = held.node;
  });
  return taken;
}

// Of a reader-writer lock glibc says who writes, which spares the walk over all threads.
ThreadState* writer_of(const Object& object) {
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (address == 0 || object.kind != LW_RWLOCK || object.process_shared) return nullptr;
  const int tid = writer_word(address).load(std::memory_order_relaxed);
  return tid == 0 ? nullptr : thread_by_tid(tid);
}

}  // namespace

void for_each_holder(const Object& object, HolderVisitor visit, void* context) {
  if (ThreadState* writer = writer_of(object)) {
    if (Acquisition* taken = taken_by(*writer, object)) return visit(context, *writer, *taken);
  }
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    if (thread->finished.load(std::memory_order_acquire)) continue;
    if (Acquisition* taken = taken_by(*thread, object)) visit(context, *thread, *taken);
  }
}

ThreadState* holder_of(const Object& object, const ThreadState* except, Acquisition** node) {
  struct Search {
    const ThreadState* except;
    ThreadState* holder = nullptr;
    Acquisition* node = nullptr;
  } search{except};
  for_each_holder(
      object,
      [](void* context, ThreadState& holder, Acquisition& taken) {
        auto& found = *static_cast<Search*>(context);
        if (&holder == found.except) return;
        found.holder = &holder;
        found.node = &taken;
      },
      &search);
  if (node != nullptr) *node = search.node;
  return search.holder;
}

std::uint32_t holds_of_others(const Object& object, const ThreadState& except) {
  std::uint32_t holds = 0;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    if (thread == &except || thread->finished.load(std::memory_order_acquire)) continue;
    for_each_held(*thread, [&](const Held& held) {
      if (held.node->object == &object) holds += held.count;
    });
  }
  return holds;
}

bool really_holds(const ThreadState& thread, const Object& object) {
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  const std::atomic<int>* owner = address == 0 ? nullptr : owner_word(object.kind, address);
  return owner == nullptr ||
         owner->load(std::memory_order_relaxed) == thread.tid.load(std::memory_order_relaxed);
}

LeftLock left_locked(const Object& object) {
  const LeftLock* left = object.left.load(std::memory_order_seq_cst);
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (left == nullptr || address == 0) return {};
  const ThreadState* holder = holder_of(object, nullptr, nullptr);
  if (holder != nullptr && holder->id != left->thread) return {};  // taken since, unlocked unseen
  const std::atomic<int>* owner = owner_word(object.kind, address);
  if (owner != nullptr && owner->load(std::memory_order_seq_cst) != left->tid) return {};
  return *left;
}

WaitView view_wait(const ThreadState& thread) {
  const Wait& wait = thread.wait;
  WaitView view;
  for (;;) {
    view.sequence = wait.sequence.load(std::memory_order_seq_cst);
    if (!view.waiting()) return view;
    view.object = wait.object;
    view.kind = wait.kind;
    view.flags = wait.flags;
    view.address = wait.address;
    view.joined = wait.joined;
    view.with = wait.with;
    view.owner = wait.owner;
    view.wanted = wait.wanted;
    view.since = wait.since;
    std::atomic_thread_fence(std::memory_order_acquire);
    if (wait.sequence.load(std::memory_order_seq_cst) == view.sequence) return view;
  }
}

bool own_wait_stands(const ThreadState& self) {
  return self.wait.stands == nullptr || self.wait.stands(self.wait.stands_context) != 0;
}

bool copy_wait_trace(const ThreadState& thread, const WaitView& wait, Trace& trace) {
  thread.wait.trace.load(trace);
  std::atomic_thread_fence(std::memory_order_acquire);
  return wait.waiting() && thread.wait.sequence.load(std::memory_order_relaxed) == wait.sequence;
}

InternedStack* stack_of_wait(const ThreadState& thread, const WaitView& wait) {
  Trace trace;
  return copy_wait_trace(thread, wait, trace) ? intern_stack(trace) : nullptr;
}

InternedStack* stack_of_sleep(const LoaderSleep& sleep) {
  Trace trace;
  return capture_asleep(trace, sleep.pc, sleep.stack_pointer, sleep.lock) ? intern_stack(trace)
                                                                          : nullptr;
}

Tasks look_at_tasks() {
  struct Look {
    std::uint32_t known = 0;
    std::uint32_t strange = 0;
    std::uint32_t running = 0;
  } look;
  struct Context {
    Look* look;
    int self;
  } context{&look, os::thread_id()};
  const bool readable = os::for_each_task(
      [](void* argument, int tid, char state) {
        auto& at = *static_cast<Context*>(argument);
        if (state == 'Z' || state == 'X' || state == 0) return;  // ended, waits for its reaper
        if (thread_by_tid(tid) == nullptr) {
          if (tid == at.self) return;  // it looks on its way out
          // A joined thread's task lives on for a moment.
          ++(has_finished(tid) ? at.look->running : at.look->strange);
        } else {
          ++at.look->known;
        }
        if (tid != at.self && state != 'S') ++at.look->running;
      },
      &context);
  if (!readable || look.strange > 0 || look.known != live_threads()) return Tasks::unknown_ones;
  return look.running > 0 ? Tasks::some_running : Tasks::all_known_asleep;
}

bool everyone_asleep() {
  return core_state.asleep.load(std::memory_order_seq_cst) == live_threads() &&
         core_state.wakes_on_way.load(std::memory_order_seq_cst) == 0;
}

std::uint32_t wakes_on_way(const Object& object) {
  return static_cast<std::uint32_t>(object.waiters_and_wakes.load(std::memory_order_seq_cst));
}

std::uint32_t waiters_of(const Object& object) {
  return static_cast<std::uint32_t>(object.waiters_and_wakes.load(std::memory_order_seq_cst) >> 32);
}

namespace {

int owner_tid(const WaitView& wait) {
  constexpr int kTidMask = 0x3FFFFFFF;  // robust and priority-inheritance futexes keep flags above
  return reinterpret_cast<const std::atomic<int>*>(wait.owner)->load(std::memory_order_seq_cst) &
         kTidMask;
}

// In the child of a fork: who forked still holds what names it by its kernel id in the parent.
ThreadState* heir_of(const Object* lock, int tid) {
  if (lock == nullptr) return nullptr;
  ThreadState* heir = holder_of(*lock, nullptr, nullptr);
  if (heir == nullptr) return nullptr;
  const std::uint32_t at = find_held(*heir, lock->address.load(std::memory_order_relaxed));
  return at != kNotHeld && entries(*heir)[at].inherited == tid ? heir : nullptr;
}

}  // namespace

ThreadState* owner_of(const WaitView& wait) {
  const int tid = wait.owner == nullptr ? 0 : owner_tid(wait);
  if (tid == 0) return nullptr;
  ThreadState* owner = thread_by_tid(tid);
  const bool unknown = owner == nullptr && fork_epoch > 1;
  return unknown ? heir_of(wait.with != nullptr ? wait.with : wait.object, tid) : owner;
}

bool has_no_owner(const WaitView& wait) { return wait.owner != nullptr && owner_tid(wait) == 0; }

bool lies_in_private_memory(const void* address) {
  return os::is_private_memory(reinterpret_cast<std::uintptr_t>(address));
}

void pause_ns(long nanoseconds) { os::sleep_ns(nanoseconds); }

bool handlers_may_act() { return core_state.handlers.load(std::memory_order_relaxed) > 0; }

}  // namespace lockweave::core
