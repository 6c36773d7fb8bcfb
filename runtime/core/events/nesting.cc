// runtime/core/events/nesting.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/nesting.h"

#include "runtime/core/state/newborn.h"

namespace lockweave::core {
namespace {

std::uintptr_t address_of(const Object& object) {
  return object.address.load(std::memory_order_relaxed);
}

// What lies in memory that other processes share is known to them, too.
bool is_unknown_to_others(const ThreadState& thread, const Object& object) {
  return !object.process_shared && is_newborn(thread, address_of(object));
}

// The lock under which the entry, a semaphore, was taken, and without which it is held; nullptr: none.
const Object* outlived(const Held& held) {
  if ((held.node->flags & kOutlivedLock) == 0) return nullptr;
  return held.node->taken_under.load(std::memory_order_relaxed);
}

bool is_harmless(const ThreadState& thread, const Held& held, const Acquisition& wanted) {
  if (held.inherited != 0 || is_unknown_to_others(thread, *held.node->object)) return true;
  return (wanted.flags & kTakenAgain) != 0 && outlived(held) == wanted.object;
}

}  // namespace

bool takes_again(const ThreadState& thread, std::uintptr_t address) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < depth; ++i) {
    const Object* lock = outlived(entries(thread)[i]);
    if (lock != nullptr && address_of(*lock) == address) return true;
  }
  return false;
}

Acquisition* nesting_that_counts(ThreadState& thread, Acquisition& node) {
  if (node.outer == nullptr) return &node;
  if (is_unknown_to_others(thread, *node.object)) return nullptr;
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  Acquisition* outer = nullptr;
  bool all = true;
  for (std::uint32_t i = 0; i < depth; ++i) {
    const Held& held = entries(thread)[i];
    if (is_harmless(thread, held, node)) {
      all = false;
    } else {
      outer = all ? held.node : on_chain(*held.node, outer, nullptr);
    }
  }
  if (all) return &node;
  return outer == nullptr ? nullptr : on_chain(node, outer, nullptr);
}

bool counts_after_all(const ThreadState& thread, const Acquisition& node) {
  return (node.flags & kTakenAgain) != 0 && takes_again(thread, address_of(*node.object));
}

}  // namespace lockweave::core
