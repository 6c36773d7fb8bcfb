// runtime/core/held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/held.h"

#include <stddef.h>
#include <string.h>

#include "runtime/core/arena.h"
#include "runtime/core/core_state.h"
#include "runtime/core/cycle_count.h"
#include "runtime/core/fast_lock.h"
#include "runtime/core/journal.h"
#include "runtime/core/watch.h"

namespace lockweave::core {

constinit std::atomic<bool> fast_locks_open{false};

namespace {

void sight(ThreadState& thread, Acquisition& node, bool may_give_up) {
  const std::uint32_t segment = thread.segment.load(std::memory_order_relaxed);
  if (node.outer != nullptr) {
    switch (add_sighting(node, thread.id, segment)) {
      case Sighting::early:
        journal.note_sighting(node, thread, segment);
        halt_at_cycle();
        break;
      case Sighting::late: journal.note_thread(thread); break;  // so that its join is noted, too
      case Sighting::known: break;
    }
  }
  tell_detectors([&](Detector& detector) { detector.on_acquisition(thread, node, may_give_up); });
}

// A cache that must forget as often as it has entries is too small for what this thread does.
void remember(ThreadState& thread, Acquisition& node, const AcquisitionKey& key) {
  Acquisition** slot = &cache_slot(thread, key.outer, key.address, key.site);
  if (*slot != nullptr && ++thread.cache_evictions > thread.cache_entries &&
      thread.cache_entries < ThreadState::kCacheMost) {
    grow_cache(thread);
    slot = &cache_slot(thread, key.outer, key.address, key.site);
  }
  *slot = &node;
}

// The slow path: new to this thread in this segment.
__attribute__((noinline)) Acquisition* learn(ThreadState& thread, AcquisitionKey key, lw_kind kind,
                                             int flags, const void* pc) {
  reconcile_held(thread);
  key.outer = thread.top;
  bool made = false;
  Acquisition* node = intern_acquisition(key, kind, flags, pc, made);
  if (node == nullptr) return nullptr;
  if (made) {
    Trace trace;
    trace.count = node->stack->count;
    memcpy(trace.pcs, node->stack->pcs, trace.count * sizeof trace.pcs[0]);
    if (learn_framing(pc, trace, thread.stack_high)) {
      key.site = site_key(pc, thread.stack_high);
      node = intern_acquisition(key, kind, flags, pc, made);
      if (node == nullptr) return nullptr;
    }
  }
  const bool may_give_up = (flags & LW_TIMED) != 0;
  sight(thread, *node, may_give_up);
  if (!may_give_up)
    remember(thread, *node, key);  // the detectors are to hear of it once it is granted
  return node;
}

bool grow_held(ThreadState& thread) {
  const std::uint32_t capacity = thread.held_capacity * 2;
  auto* larger = arena.make_array<Held>(capacity);
  if (larger == nullptr) return false;
  memcpy(larger, thread.held.load(std::memory_order_relaxed), sizeof(Held) * thread.held_capacity);
  // lockweave: ignore(atomic-check-then-act) only its own thread stores it
  thread.held.store(larger, std::memory_order_release);
  thread.held_capacity = capacity;
  return true;
}

bool is_shared(const Acquisition& node) { return (node.flags & LW_SHARED) != 0; }

// Permits are handed over, whoever held them.
bool orders_as_lock(const Acquisition& node) { return node.object->kind != LW_SEMAPHORE; }

void tell_acquired(ThreadState& thread, const Acquisition& node) {
  if (!orders_as_lock(node)) return;
  tell_watcher([&](Watcher& w) { w.on_acquired(thread, *node.object, is_shared(node)); });
}

void tell_release(ThreadState& thread, const Acquisition& node) {
  if (!orders_as_lock(node)) return;
  tell_watcher([&](Watcher& w) { w.on_release(thread, *node.object, is_shared(node)); });
}

Held* held_of(const ThreadState& thread) { return thread.held.load(std::memory_order_relaxed); }

constexpr std::uint32_t kNotHeld = UINT32_MAX;

void put_entry(ThreadState& thread, Acquisition* node, std::uint32_t count) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  if (depth == thread.held_capacity && !grow_held(thread)) return;
  held_of(thread)[depth] = {node, count};
  thread.top = node;
  thread.depth.store(depth + 1, std::memory_order_release);
}

std::uint32_t find_held(const ThreadState& thread, std::uintptr_t address) {
  for (std::uint32_t i = thread.depth.load(std::memory_order_relaxed); i > 0; --i) {
    const Object* object = held_of(thread)[i - 1].node->object;
    if (object->address.load(std::memory_order_relaxed) == address) return i - 1;
  }
  return kNotHeld;
}

// Takes entry `at` out; the entries above it are interned again on the shorter chain. Nobody
// acquired them in that order, so that is no sighting.
void remove_entry(ThreadState& thread, std::uint32_t at) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  Acquisition* outer = at == 0 ? nullptr : held_of(thread)[at - 1].node;
  std::uint32_t kept = at;
  for (std::uint32_t i = at + 1; i < depth; ++i) {
    Acquisition* node = intern_like(*held_of(thread)[i].node, outer);
    if (node == nullptr) continue;
    held_of(thread)[kept++] = {node, held_of(thread)[i].count};
    outer = node;
  }
  thread.top = outer;
  thread.depth.store(kept, std::memory_order_release);
}

bool is_stale(const ThreadState& thread, const Held& held) {
  const Object& object = *held.node->object;
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (address == 0) return true;
  if (object.kind == LW_SEMAPHORE) return !object.lock_like;
  const std::atomic<int>* owner = owner_word(object.kind, address);
  return owner != nullptr &&
         owner->load(std::memory_order_relaxed) != thread.tid.load(std::memory_order_relaxed);
}

}  // namespace

const std::atomic<int>* owner_word(lw_kind kind, std::uintptr_t address) {
  if (kind != LW_MUTEX && kind != LW_RECURSIVE_MUTEX && kind != LW_ERRORCHECK_MUTEX) return nullptr;
  constexpr std::size_t at =
      offsetof(pthread_mutex_t, __data) + offsetof(decltype(pthread_mutex_t::__data), __owner);
  return reinterpret_cast<const std::atomic<int>*>(address + at);
}

Acquisition* acquisition_for(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
                             const void* pc) {
  const AcquisitionKey key{thread.top, address, site_key(pc, thread.stack_high),
                           static_cast<std::uint32_t>(flags & kNodeFlags)};
  Acquisition* known = cache_slot(thread, key.outer, address, key.site);
  if (is_node_for(known, key)) [[likely]]
    return known;
  return learn(thread, key, kind, flags, pc);
}

void push_held(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
               const void* pc) {
  if (kind == LW_RECURSIVE_MUTEX || (flags & LW_SHARED) != 0) {
    if (const std::uint32_t at = find_held(thread, address); at != kNotHeld) {
      ++held_of(thread)[at].count;
      return;
    }
  }
  if (Acquisition* node = acquisition_for(thread, address, kind, flags & ~LW_TIMED, pc)) {
    put_entry(thread, node, 1);
    tell_acquired(thread, *node);
  }
}

bool pop_held(ThreadState& thread, std::uintptr_t address) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  if (depth == 0) return false;
  Held& innermost = held_of(thread)[depth - 1];
  if (innermost.node->address.load(std::memory_order_relaxed) == address) [[likely]] {
    if (--innermost.count > 0) return true;
    tell_release(thread, *innermost.node);
    thread.top = innermost.node->outer;
    thread.depth.store(depth - 1, std::memory_order_release);
    return true;
  }
  const std::uint32_t at = find_held(thread, address);
  if (at == kNotHeld) return false;
  if (--held_of(thread)[at].count > 0) return true;
  tell_release(thread, *held_of(thread)[at].node);
  remove_entry(thread, at);
  return true;
}

bool park_held(ThreadState& thread, std::uintptr_t address, Parked& parked) {
  const std::uint32_t at = find_held(thread, address);
  if (at == kNotHeld) return false;
  parked = {held_of(thread)[at].node, held_of(thread)[at].count};
  tell_release(thread, *parked.node);
  remove_entry(thread, at);
  return true;
}

void restore_count(ThreadState& thread, std::uint32_t count) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  if (depth > 0) held_of(thread)[depth - 1].count = count;
}

void reconcile_held(ThreadState& thread) {
  for (std::uint32_t i = thread.depth.load(std::memory_order_relaxed); i > 0; --i) {
    if (is_stale(thread, held_of(thread)[i - 1])) remove_entry(thread, i - 1);
  }
}

bool holds(const ThreadState& thread, std::uintptr_t address) {
  return find_held(thread, address) != kNotHeld;
}

}  // namespace lockweave::core
