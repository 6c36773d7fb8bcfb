// runtime/core/events/nesting.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/nesting.h"

#include <algorithm>

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

// Of one semaphore that has outlived `lock`: that lock's acquisitions since, each released with the semaphore
// still held. Of the thread; `semaphore` is nullptr if there are none.
struct Undecided {
  static constexpr std::uint32_t kMost = 4;  // of more the oldest count at once

  const Object* semaphore = nullptr;
  const Object* lock = nullptr;
  bool only_at_times =
      false;  // it was passed at a place where the semaphore is taken, and not taken
  std::uint32_t count = 0;
  Acquisition* taken[kMost] = {};
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

void count_undecided(ThreadState& thread, Observer observe) {
  for (std::uint32_t i = 0; i < undecided.count; ++i) observe(thread, *undecided.taken[i]);
  undecided = {};
}

bool is_undecided(const Acquisition& lock) {
  Acquisition* const* end = undecided.taken + undecided.count;
  return std::find<Acquisition* const*>(undecided.taken, end, &lock) != end;
}

// A lock taken again is released, and the semaphore stays.
void put_off(ThreadState& thread, const Object& semaphore, Acquisition& lock, Observer observe) {
  if (undecided.semaphore == &semaphore && is_undecided(lock)) return;
  if (undecided.semaphore != nullptr && !undecided.semaphore->lock_like) undecided = {};
  if (undecided.semaphore != &semaphore || undecided.count == Undecided::kMost) {
    count_undecided(thread, observe);
  }
  undecided.semaphore = &semaphore;
  undecided.lock = lock.object;
  undecided.only_at_times |= is_taken_at(semaphore, lock);
  undecided.taken[undecided.count++] = &lock;
  pin_chain(&lock);
}

void decide(ThreadState& thread, Observer observe) {
  const bool by_who_counts = undecided.only_at_times && is_held(thread, *undecided.lock);
  if (by_who_counts) {
    undecided = {};
  } else {
    count_undecided(thread, observe);
  }
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

void settle_nestings(ThreadState& thread, Acquisition& released, Observer observe) {
  if ((released.flags & kTakenAgain) != 0) {
    const Object* semaphore = semaphore_that_outlived(thread, *released.object);
    if (semaphore != nullptr) put_off(thread, *semaphore, released, observe);
  } else if (undecided.semaphore != nullptr && released.object == undecided.semaphore) {
    decide(thread, observe);
  }
}

}  // namespace lockweave::core
