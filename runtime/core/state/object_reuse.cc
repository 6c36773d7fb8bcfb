// runtime/core/state/object_reuse.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What has ended is used again, unless somebody still refers to it.
#include "runtime/core/state/keep_ended.h"
#include "runtime/core/state/table_parts.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core::tables {
namespace {

void mark_used(const Object* object) {
  if (object != nullptr) {
    static_cast<Listed*>(const_cast<Object*>(object))->used = objects.sweep;
  }
}

// What live threads hold or wait for; and each is to forget what it knows before it locks again.
void mark_used_by_threads() {
  ++objects.sweep;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    const std::uint32_t depth = thread->depth.load(std::memory_order_acquire);
    const Held* held = thread->held.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < depth; ++i) {
      if (held[i].node != nullptr) mark_used(held[i].node->object);  // of holes, too: held.h
    }
    mark_used(thread->wait.object);
    mark_used(thread->wait.with);
    thread->lowest_stack_object.store(kForgetKnown, std::memory_order_relaxed);
  }
}

// The record, lock order, a detector or what was taken of it still refers to it. Of what a parent process
// had, its child does not know.
bool is_referred_to(const Listed& object) {
  if (object.id <= objects.inherited || object.pinned.load(std::memory_order_relaxed) ||
      object.written.is_set() || object.clocks.load(std::memory_order_relaxed) != nullptr ||
      object.permits_account.load(std::memory_order_relaxed) != nullptr) {
    return true;
  }
  for (const Acquisition* at = object.acquisitions; at != nullptr; at = at->next_of_object) {
    const auto& node = static_cast<const Node&>(*at);
    if (node.outer != nullptr || node.written.is_set() ||
        node.inner.load(std::memory_order_relaxed) > 0) {
      return true;
    }
  }
  return false;
}

bool is_in_use(const Listed& object) {
  return object.used == objects.sweep ||
         object.waiters_and_wakes.load(std::memory_order_relaxed) != 0;
}

// The table's lock is held. Returns those that have settled.
Listed* sort_ended() {
  mark_used_by_threads();
  Listed* settled = objects.settling;
  Listed* at = objects.fresh;
  objects.settling = objects.fresh = nullptr;
  objects.fresh_count = 0;
  while (at != nullptr) {
    Listed* next = at->next;
    if (is_in_use(*at)) {
      at->next = objects.fresh;
      objects.fresh = at;
    } else if (!is_referred_to(*at)) {
      at->next = objects.settling;
      objects.settling = at;
    }
    at = next;
  }
  return settled;
}

// The table's lock is held.
void take_back(Listed& object) {
  for (Acquisition* at = object.acquisitions; at != nullptr; at = at->next_of_object) {
    auto* node = static_cast<Node*>(at);
    acquisitions.by_key.remove(node->hash, *node);
    node->next_spare = objects.spare_nodes;
    objects.spare_nodes = node;
  }
  object.acquisitions = nullptr;
  object.next = objects.spare;
  objects.spare = &object;
}

// Returns those that are left: others are not to wait for the lock until all is done.
Listed* take_back_some(Listed* settled) {
  constexpr int kAtOnce = 64;
  RawGuard guard(objects.lock);
  for (int i = 0; i < kAtOnce && settled != nullptr; ++i) {
    Listed* next = settled->next;
    take_back(*settled);
    settled = next;
  }
  return settled;
}

}  // namespace

Listed* spare_object() {
  Listed* object = objects.spare;
  if (object == nullptr) return nullptr;
  objects.spare = object->next;
  const std::uint32_t slot = object->slot;
  object = new (object) Listed;
  object->slot = slot;
  return object;
}

void sweep_now_and_then() {
  if (keep_ended.load(std::memory_order_relaxed)) return;
  if (objects.sweeps.exchange(true, std::memory_order_acquire)) return;
  Listed* settled = nullptr;
  {
    RawGuard guard(objects.lock);
    if (objects.fresh_count >= kSweepAfter) settled = sort_ended();
  }
  while (settled != nullptr) settled = take_back_some(settled);
  objects.sweeps.store(false, std::memory_order_release);
}

}  // namespace lockweave::core::tables
