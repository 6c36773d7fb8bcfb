// runtime/core/state/held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/held.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "runtime/core/base/arena.h"

namespace lockweave::core {
namespace {

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

// By which kernel id a mutex names the thread that holds it.
int owner_of(const ThreadState& thread, const Held& held) {
  return held.inherited != 0 ? held.inherited : thread.tid.load(std::memory_order_relaxed);
}

bool is_stale(const ThreadState& thread, const Held& held) {
  const Object& object = *held.node->object;
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (address == 0) return true;
  if (object.kind == LW_SEMAPHORE) return !object.lock_like;
  const std::atomic<int>* owner = owner_word(object.kind, address);
  return owner != nullptr && owner->load(std::memory_order_relaxed) != owner_of(thread, held);
}

// What glibc keeps in a mutex; 0 for other kinds. Source: nptl/pthreadP.h.
constexpr int kRobust = 16;
int kind_bits(const Object& object) {
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (address == 0 || owner_word(object.kind, address) == nullptr) return 0;
  const int kind = reinterpret_cast<const pthread_mutex_t*>(address)->__data.__kind;
  return kind < 0 ? 0 : kind;
}

// Kinds that only their holder may give back, and nobody else does when it has ended.
bool ends_with_holder(lw_kind kind) {
  return kind == LW_MUTEX || kind == LW_RECURSIVE_MUTEX || kind == LW_ERRORCHECK_MUTEX ||
         kind == LW_RWLOCK || kind == LW_SPINLOCK;
}

}  // namespace

const std::atomic<int>* owner_word(lw_kind kind, std::uintptr_t address) {
  if (kind != LW_MUTEX && kind != LW_RECURSIVE_MUTEX && kind != LW_ERRORCHECK_MUTEX) return nullptr;
  constexpr std::size_t at =
      offsetof(pthread_mutex_t, __data) + offsetof(decltype(pthread_mutex_t::__data), __owner);
  return reinterpret_cast<const std::atomic<int>*>(address + at);
}

void leave_held(ThreadState& thread) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < depth; ++i) {
    const Held& held = entries(thread)[i];
    Acquisition* node = held.node;
    if (!ends_with_holder(node->object->kind) || outlives_owner(*node->object)) continue;
    auto* left = arena.make<LeftLock>(thread.id, owner_of(thread, held), node);
    if (left == nullptr) continue;
    pin_thread(thread);
    pin_object(*node->object);
    pin_chain(node);
    node->object->left.store(left, std::memory_order_seq_cst);
  }
}

void take_over_left(std::uintptr_t address) {
  Object* object = find_object(address);
  if (object != nullptr) object->left.store(nullptr, std::memory_order_seq_cst);
}

bool outlives_owner(const Object& object) {
  constexpr int kInherits = 32;
  return (kind_bits(object) & (kRobust | kInherits)) != 0;
}

bool is_robust(const Object& object) { return (kind_bits(object) & kRobust) != 0; }

void put_held(ThreadState& thread, Acquisition* node, std::uint32_t count) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  if (depth == thread.held_capacity && !grow_held(thread)) return;
  entries(thread)[depth] = {node, count};
  thread.top = node;
  thread.depth.store(depth + 1, std::memory_order_release);
}

std::uint32_t find_held(const ThreadState& thread, std::uintptr_t address) {
  for (std::uint32_t i = thread.depth.load(std::memory_order_relaxed); i > 0; --i) {
    const Object* object = entries(thread)[i - 1].node->object;
    if (object->address.load(std::memory_order_relaxed) == address) return i - 1;
  }
  return kNotHeld;
}

Acquisition* on_chain(const Acquisition& node, Acquisition* outer, Object* released) {
  const bool outlives = (node.flags & kOutlivedLock) != 0;
  const bool may_be_lock = node.object->kind == LW_SEMAPHORE && node.object->lock_like;
  if (!outlives && (!may_be_lock || released == nullptr)) return intern_like(node, outer);
  Acquisition* moved = intern_like(node, outer, kOutlivedLock);
  if (moved == nullptr) return nullptr;
  Object* under = outlives ? node.taken_under.load(std::memory_order_relaxed) : released;
  Object* known = nullptr;
  if (under != nullptr) pin_object(*under);
  if (!moved->taken_under.compare_exchange_strong(known, under) && known != under) {
    moved->taken_under.store(node.object);  // of several: none of them
  }
  return moved;
}

void remove_held(ThreadState& thread, std::uint32_t at, Removal removal) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  Acquisition* outer = at == 0 ? nullptr : entries(thread)[at - 1].node;
  Object* released = removal == Removal::released ? entries(thread)[at].node->object : nullptr;
  std::uint32_t kept = at;
  for (std::uint32_t i = at + 1; i < depth; ++i) {
    Acquisition* node = on_chain(*entries(thread)[i].node, outer, released);
    if (node == nullptr) continue;
    entries(thread)[kept++] = {node, entries(thread)[i].count, entries(thread)[i].inherited};
    outer = node;
  }
  thread.top = outer;
  thread.depth.store(kept, std::memory_order_release);
}

void restore_count(ThreadState& thread, std::uint32_t count) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  if (depth > 0) entries(thread)[depth - 1].count = count;
}

void reconcile_held(ThreadState& thread) {
  for (std::uint32_t i = thread.depth.load(std::memory_order_relaxed); i > 0; --i) {
    if (is_stale(thread, entries(thread)[i - 1])) remove_held(thread, i - 1);
  }
}

void inherit_held(ThreadState& thread) {
  for (std::uint32_t i = thread.depth.load(std::memory_order_relaxed); i > 0; --i) {
    Held& held = entries(thread)[i - 1];
    if (held.node->object->process_shared) {
      remove_held(thread, i - 1);
    } else if (held.inherited == 0) {
      held.inherited = thread.tid.load(std::memory_order_relaxed);
    }
  }
}

bool holds(const ThreadState& thread, std::uintptr_t address) {
  return find_held(thread, address) != kNotHeld;
}

}  // namespace lockweave::core
