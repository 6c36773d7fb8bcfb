// runtime/core/events/nesting.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/nesting.h"

#include <utility>

#include "runtime/core/base/fork_epoch.h"
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

// Of the outer part of a thread's chain: the chain of those in it that count.
struct Counted {
  std::uint32_t depth = 0;  // of that part
  Id last = 0;              // its innermost node; ids are never used again
  BirthSignature births;
  std::uint32_t epoch = 0;  // the process, among those that forked (fork_epoch.h)
  bool all = true;          // it is that part itself
  Acquisition* outer = nullptr;
};
thread_local constinit Counted counted __attribute__((tls_model("initial-exec")));

// What was found for the outer part still holds, if that is still held and as many are unknown to others:
// then each of many nested acquisitions costs one step.
Counted known_part(const ThreadState& thread, const BirthSignature& births) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  const bool holds = counted.depth > 0 && counted.depth <= depth && counted.births == births &&
                     counted.epoch == fork_epoch &&
                     entries(thread)[counted.depth - 1].node->id == counted.last;
  return holds ? counted : Counted{.births = births};
}

Counted count_held(const ThreadState& thread, const Acquisition& wanted, Counted part) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  for (; part.depth < depth; ++part.depth) {
    const Held& held = entries(thread)[part.depth];
    if (is_harmless(thread, held, wanted)) {
      part.all = false;
    } else {
      part.outer = part.all ? held.node : on_chain(*held.node, part.outer, nullptr);
    }
  }
  part.last = depth == 0 ? 0 : entries(thread)[depth - 1].node->id;
  return part;
}

// A lock that was taken again, and released with the semaphore still held; nullptr: there is none.
struct Undecided {
  Acquisition* lock = nullptr;
  const Object* semaphore = nullptr;
};
thread_local constinit Undecided undecided __attribute__((tls_model("initial-exec")));

// Has anybody taken the semaphore under this lock, which he took at that place?
bool is_taken_at(const Object& semaphore, const Acquisition& lock) {
  for (const Acquisition* at = newest_acquisition_of(semaphore); at != nullptr;
       at = at->next_of_object) {
    const Acquisition* outer = at->outer;
    if (outer != nullptr && outer->object == lock.object && outer->site == lock.site) return true;
  }
  return false;
}

bool is_held(const ThreadState& thread, const Object& object) {
  bool found = false;
  for_each_held(thread, [&](const Held& held) { found |= held.node->object == &object; });
  return found;
}

const Object* semaphore_that_outlived(const ThreadState& thread, const Object& lock) {
  const Object* semaphore = nullptr;
  for_each_held(thread, [&](const Held& held) {
    if (outlived(held) == &lock) semaphore = held.node->object;
  });
  return semaphore;
}

// A lock taken again is released, and the semaphore stays.
Acquisition* when_released(const ThreadState& thread, Acquisition& lock) {
  const Object* semaphore = semaphore_that_outlived(thread, *lock.object);
  if (semaphore == nullptr) return nullptr;
  if (undecided.lock == &lock && undecided.semaphore == semaphore) return nullptr;
  if (!is_taken_at(*semaphore, lock)) return &lock;
  pin_chain(&lock);
  const Undecided before = std::exchange(undecided, {&lock, semaphore});
  return before.lock != nullptr && before.semaphore->lock_like ? before.lock : nullptr;
}

}  // namespace

bool takes_again(const ThreadState& thread, std::uintptr_t address) {
  if (thread.top == nullptr || thread.top->semaphores == 0) return false;
  bool found = false;
  for_each_held(thread, [&](const Held& held) {
    const Object* lock = outlived(held);
    found |= lock != nullptr && address_of(*lock) == address;
  });
  return found;
}

Acquisition* nesting_that_counts(ThreadState& thread, Acquisition& node) {
  if (node.outer == nullptr) return &node;
  if (is_unknown_to_others(thread, *node.object)) return nullptr;
  const BirthSignature births = signature_of_births(thread);
  const bool again = (node.flags & kTakenAgain) != 0;
  const bool inherits = entries(thread)[0].inherited != 0;  // those are the outermost
  if (!again && !inherits && births.none()) return &node;
  const Counted held =
      count_held(thread, node, again ? Counted{.births = births} : known_part(thread, births));
  if (!again) {
    counted = held;
    counted.epoch = fork_epoch;
  }
  if (held.all) return &node;
  return held.outer == nullptr ? nullptr : on_chain(node, held.outer, nullptr);
}

Acquisition* nesting_to_count(const ThreadState& thread, Acquisition& released) {
  if ((released.flags & kTakenAgain) != 0) return when_released(thread, released);
  if (undecided.lock == nullptr || released.object != undecided.semaphore) return nullptr;
  Acquisition* lock = std::exchange(undecided, {}).lock;
  return is_held(thread, *lock->object) ? nullptr : lock;
}

}  // namespace lockweave::core
