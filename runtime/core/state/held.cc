// runtime/core/state/held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/held.h"

#include <string.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"

namespace lockweave::core {
namespace {

constexpr std::uint32_t kNear = 32;       // innermost entries that are walked over without much ado
constexpr std::uint32_t kNodesMost = 64;  // of one lock, looked at to find its entry
constexpr std::uint32_t kCreditEach = 32;
constexpr std::uint32_t kCreditMost = 1 << 14;

std::uint32_t depth_of(const ThreadState& thread) {
  return thread.depth.load(std::memory_order_relaxed);
}

bool grow_held(ThreadState& thread) {
  const std::uint32_t capacity = thread.held_capacity * 2;
  auto* larger = arena.make_array<Held>(capacity);
  if (larger == nullptr) return false;
  memcpy(larger, entries(thread), sizeof(Held) * thread.held_capacity);
  thread.held.store(larger, std::memory_order_release);
  thread.held_capacity = capacity;
  return true;
}

void set_depth(ThreadState& thread, std::uint32_t depth) {
  thread.held_room = chain_is_behind(thread) ? depth : thread.held_capacity;
  thread.depth.store(depth, std::memory_order_release);
}

Acquisition* node_below(const ThreadState& thread, std::uint32_t at) {
  return at == 0 ? nullptr : entries(thread)[at - 1].node;
}

bool is_at(const Held& held, std::uintptr_t address) {
  return !is_hole(held) && held.node->object->address.load(std::memory_order_relaxed) == address;
}

// In [from, to), the innermost.
std::uint32_t find_between(const ThreadState& thread, std::uint32_t from, std::uint32_t to,
                           std::uintptr_t address) {
  for (std::uint32_t i = to; i > from; --i) {
    if (is_at(entries(thread)[i - 1], address)) return i - 1;
  }
  return kNotHeld;
}

// In a deep list: an entry's place is the depth of its node.
std::uint32_t find_deep(const ThreadState& thread, std::uint32_t depth, std::uintptr_t address) {
  const Object* object = find_object(address);
  if (object == nullptr) return kNotHeld;
  std::uint32_t looked_at = 0;
  for (const Acquisition* node = newest_acquisition_of(*object); node != nullptr;
       node = node->next_of_object) {
    if (++looked_at > kNodesMost || (node->flags & kContextUnknown) != 0) {
      return find_between(thread, 0, depth, address);
    }
    const std::uint32_t at = node->depth - 1;
    if (at < depth && entries(thread)[at].node == node && !is_hole(entries(thread)[at])) return at;
  }
  return kNotHeld;
}

// Takes away the holes that are innermost; without any the chain is what it was below them.
void trim(ThreadState& thread, std::uint32_t depth) {
  while (depth > 0 && is_hole(entries(thread)[depth - 1])) {
    --depth;
    --thread.holes;
  }
  if (!chain_is_behind(thread)) thread.top = node_below(thread, depth);
  set_depth(thread, depth);
}

void make_hole(ThreadState& thread, std::uint32_t at, Removal removal) {
  Held& held = entries(thread)[at];
  held.count = 0;
  if (removal == Removal::other) held.node = nullptr;
  if (!chain_is_behind(thread) || at < thread.outermost_hole) thread.outermost_hole = at;
  ++thread.holes;
  thread.top = nullptr;
  trim(thread, depth_of(thread));
}

std::uint32_t steps_to_new_chain(const ThreadState& thread) {
  return depth_of(thread) - thread.outermost_hole - thread.holes;
}

// Which lock was released below an entry: nullptr, that of the one hole, or of several none (`entry`).
class ReleasedBelow {
 public:
  void add(const Held& hole) {
    if (hole.node == nullptr) return;
    several_ = only_ != nullptr;
    only_ = hole.node->object;
  }
  Object* for_entry(const Held& entry) const { return several_ ? entry.node->object : only_; }

 private:
  Object* only_ = nullptr;
  bool several_ = false;
};

void make_new_chain(ThreadState& thread) {
  const std::uint32_t depth = depth_of(thread);
  std::uint32_t kept = thread.outermost_hole;
  Acquisition* outer = node_below(thread, kept);
  ReleasedBelow released;
  for (std::uint32_t i = kept; i < depth; ++i) {
    const Held held = entries(thread)[i];
    if (is_hole(held)) {
      released.add(held);
      continue;
    }
    Acquisition* node = on_chain(*held.node, outer, released.for_entry(held));
    if (node == nullptr) {
      const bool lives = held.node->object->address.load(std::memory_order_relaxed) != 0;
      if (lives) count_lost(Loss::held_locks);
      continue;
    }
    entries(thread)[kept++] = {node, held.count, held.inherited};
    outer = node;
  }
  thread.holes = 0;
  thread.top = outer;
  set_depth(thread, kept);
}

// By which kernel id a mutex names the thread that holds it.
int owner_of(const ThreadState& thread, const Held& held) {
  return held.inherited != 0 ? held.inherited : thread.tid.load(std::memory_order_relaxed);
}

bool is_stale(const ThreadState& thread, const Held& held) {
  if (is_hole(held)) return false;
  const Object& object = *held.node->object;
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (address == 0) return true;
  if (object.kind == LW_SEMAPHORE) return !object.lock_like;
  const std::atomic<int>* owner = owner_word(object.kind, address);
  return owner != nullptr && owner->load(std::memory_order_relaxed) != owner_of(thread, held);
}

void drop_stale(ThreadState& thread, std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t i = to; i > from; --i) {
    if (is_stale(thread, entries(thread)[i - 1])) make_hole(thread, i - 1, Removal::other);
  }
}

}  // namespace

void put_held(ThreadState& thread, Acquisition* node, std::uint32_t count) {
  const std::uint32_t depth = depth_of(thread);
  if (depth == thread.held_capacity && !grow_held(thread)) return count_lost(Loss::held_locks);
  entries(thread)[depth] = {node, count};
  if (!chain_is_behind(thread)) thread.top = node;
  set_depth(thread, depth + 1);
}

std::uint32_t find_held(const ThreadState& thread, std::uintptr_t address) {
  const std::uint32_t depth = depth_of(thread);
  const std::uint32_t near = depth > kNear ? depth - kNear : 0;
  const std::uint32_t found = find_between(thread, near, depth, address);
  return found != kNotHeld || near == 0 ? found : find_deep(thread, near, address);
}

bool holds(const ThreadState& thread, std::uintptr_t address) {
  return find_held(thread, address) != kNotHeld;
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
  if (at + 1 == depth_of(thread) && !chain_is_behind(thread)) [[likely]] {
    thread.top = node_below(thread, at);
    return set_depth(thread, at);
  }
  make_hole(thread, at, removal);
  if (chain_is_behind(thread) && steps_to_new_chain(thread) <= kNear) make_new_chain(thread);
}

namespace {

// Its frame has returned, but the thread goes on: that was told to nobody, and the memory is there.
bool lies_on_stack_in_use(const Object& object) {
  const ThreadState* owner = object.stack_thread == 0 ? nullptr : thread_by_id(object.stack_thread);
  return owner != nullptr && !owner->finished.load(std::memory_order_relaxed);
}

}  // namespace

bool remove_ended(ThreadState& thread, std::uintptr_t address) {
  const std::uint32_t depth = depth_of(thread);
  const std::uint32_t near = depth > kNear ? depth - kNear : 0;
  for (std::uint32_t i = depth; i > near; --i) {
    Held& held = entries(thread)[i - 1];
    if (is_hole(held)) continue;
    const Object& object = *held.node->object;
    if (object.address.load(std::memory_order_acquire) != 0) continue;
    if (object.ended_at.load(std::memory_order_relaxed) != address) continue;
    if (find_object(address) != nullptr) return false;
    const bool gone = !lies_on_stack_in_use(object);
    if (held.count > 1) {
      --held.count;
    } else {
      remove_held(thread, i - 1);
    }
    return gone;
  }
  return false;
}

bool bring_chain_up_to_date(ThreadState& thread, Effort effort) {
  if (!chain_is_behind(thread)) return true;
  const std::uint32_t steps = steps_to_new_chain(thread);
  if (effort == Effort::within_credit) {
    if (steps > thread.chain_credit) return false;
    thread.chain_credit -= steps;
  }
  make_new_chain(thread);
  return true;
}

void earn_chain_credit(ThreadState& thread) {
  if (thread.chain_credit < kCreditMost) thread.chain_credit += kCreditEach;
}

void restore_count(ThreadState& thread, std::uint32_t count) {
  const std::uint32_t depth = depth_of(thread);
  if (depth > 0) entries(thread)[depth - 1].count = count;
}

void reconcile_held(ThreadState& thread) {
  const std::uint32_t depth = depth_of(thread);
  const std::uint32_t near = depth > kNear ? depth - kNear : 0;
  drop_stale(thread, near, depth);
  const std::uint32_t from = thread.looked_at < near ? thread.looked_at : 0;
  const std::uint32_t to = near - from > kNear ? from + kNear : near;
  drop_stale(thread, from, to);
  thread.looked_at = to;
  (void)bring_chain_up_to_date(thread);
}

void reconcile_all_held(ThreadState& thread) {
  drop_stale(thread, 0, depth_of(thread));
  (void)bring_chain_up_to_date(thread, Effort::whatever_it_takes);
}

void inherit_held(ThreadState& thread) {
  for (std::uint32_t i = depth_of(thread); i > 0; --i) {
    Held& held = entries(thread)[i - 1];
    if (is_hole(held)) continue;
    if (held.node->object->process_shared) {
      make_hole(thread, i - 1, Removal::other);
    } else if (held.inherited == 0) {
      held.inherited = thread.tid.load(std::memory_order_relaxed);
    }
  }
  (void)bring_chain_up_to_date(thread, Effort::whatever_it_takes);
}

const char* broken_invariant(const ThreadState& thread) {
  const std::uint32_t depth = depth_of(thread);
  std::uint32_t holes = 0;
  for (std::uint32_t i = 0; i < depth; ++i) {
    const Held& held = entries(thread)[i];
    if (is_hole(held)) {
      if (holes++ == 0 && i != thread.outermost_hole) return "the outermost hole is another";
      continue;
    }
    const bool unknown = (held.node->flags & kContextUnknown) != 0;
    if (unknown && holes == 0) return "of unknown context, on a chain that is known";
    if (!unknown && held.node->depth != i + 1) return "an entry is not where its node is";
    if (holes == 0 && held.node->outer != node_below(thread, i)) return "not on the chain";
  }
  if (holes != thread.holes) return "there are not as many holes";
  if (depth > 0 && is_hole(entries(thread)[depth - 1])) return "the innermost is a hole";
  if (holes > 0 && (thread.top != nullptr || thread.held_room != depth)) return "the path is open";
  if (holes == 0 && thread.top != node_below(thread, depth)) return "top is not the innermost";
  return nullptr;
}

}  // namespace lockweave::core
