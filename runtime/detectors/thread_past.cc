// runtime/detectors/thread_past.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/thread_past.h"

#include "runtime/core/base/arena.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::Object;
using core::ThreadState;

struct Deed {
  std::atomic<const Object*> object;  // nullptr: the slot is free
  std::atomic<Acquisition*> taking;   // nullptr: never taken
  std::atomic<std::uint32_t> turn;    // in which it was taken last
  std::atomic<bool> notified;
};

// Open addressing, at most half full.
struct Past {
  std::uint32_t capacity;  // a power of two
  std::uint32_t count;
  std::atomic<std::uint32_t> turn;
  Deed deeds[1];  // `capacity` of them
};

Past* past_of(const ThreadState& thread) {
  return static_cast<Past*>(thread.locks_taken.load(std::memory_order_acquire));
}

// The object's slot, or the free one where it would be.
Deed& slot_for(Past& past, const Object& object) {
  std::uint32_t at = object.id * 2654435769u;  // Knuth's multiplicative hash
  for (;; ++at) {
    Deed& deed = past.deeds[at & (past.capacity - 1)];
    const Object* known = deed.object.load(std::memory_order_acquire);
    if (known == nullptr || known == &object) return deed;
  }
}

void copy_deed(const Deed& from, Deed& to) {
  to.taking.store(from.taking.load(std::memory_order_relaxed), std::memory_order_relaxed);
  to.turn.store(from.turn.load(std::memory_order_relaxed), std::memory_order_relaxed);
  to.notified.store(from.notified.load(std::memory_order_relaxed), std::memory_order_relaxed);
  to.object.store(from.object.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

Past* larger_copy(const Past* old) {
  constexpr std::uint32_t kFirst = 16;
  const std::uint32_t capacity = old == nullptr ? kFirst : old->capacity * 2;
  auto* past = static_cast<Past*>(
      core::arena.allocate(sizeof(Past) + capacity * sizeof(Deed), alignof(Past)));
  if (past == nullptr) return nullptr;
  past->capacity = capacity;
  past->count = old == nullptr ? 0 : old->count;
  past->turn.store(old == nullptr ? 1 : old->turn.load(std::memory_order_relaxed),
                   std::memory_order_relaxed);
  for (std::uint32_t i = 0; old != nullptr && i < old->capacity; ++i) {
    const Object* object = old->deeds[i].object.load(std::memory_order_relaxed);
    if (object != nullptr) copy_deed(old->deeds[i], slot_for(*past, *object));
  }
  return past;
}

// Calls `change` with the object's deed, and the set it is in.
template <class Change>
void note(ThreadState& thread, const Object& object, Change change) {
  Past* past = past_of(thread);
  if (past == nullptr || past->count * 2 >= past->capacity) {
    past = larger_copy(past);
    if (past == nullptr) return;
    thread.locks_taken.store(past, std::memory_order_release);
  }
  Deed& deed = slot_for(*past, object);
  change(deed, *past);
  if (deed.object.load(std::memory_order_relaxed) != nullptr) return;
  deed.object.store(&object, std::memory_order_release);
  ++past->count;
}

const Deed* deed_of(const ThreadState& thread, const Object& object) {
  Past* past = past_of(thread);
  const Deed* deed = past == nullptr ? nullptr : &slot_for(*past, object);
  return deed == nullptr || deed->object.load(std::memory_order_acquire) == nullptr ? nullptr
                                                                                    : deed;
}

}  // namespace

void note_taken(ThreadState& thread, Acquisition& node) {
  note(thread, *node.object, [&node](Deed& deed, const Past& past) {
    if (deed.taking.load(std::memory_order_relaxed) == nullptr) {
      deed.taking.store(&node, std::memory_order_relaxed);
    }
    deed.turn.store(past.turn.load(std::memory_order_relaxed), std::memory_order_release);
  });
}

void note_notified(ThreadState& thread, Object& object) {
  if (has_notified(thread, object)) return;
  note(thread, object,
       [](Deed& deed, const Past&) { deed.notified.store(true, std::memory_order_release); });
}

void begin_new_turn(ThreadState& thread) {
  if (Past* past = past_of(thread)) past->turn.fetch_add(1, std::memory_order_release);
}

Acquisition* acquisition_of(const ThreadState& thread, const Object& lock) {
  const Deed* deed = deed_of(thread, lock);
  return deed == nullptr ? nullptr : deed->taking.load(std::memory_order_acquire);
}

Acquisition* recent_acquisition_of(const ThreadState& thread, const Object& lock) {
  const Deed* deed = deed_of(thread, lock);
  if (deed == nullptr) return nullptr;
  const std::uint32_t turn = past_of(thread)->turn.load(std::memory_order_acquire);
  if (deed->turn.load(std::memory_order_acquire) != turn) return nullptr;
  return deed->taking.load(std::memory_order_acquire);
}

bool has_notified(const ThreadState& thread, const Object& object) {
  const Deed* deed = deed_of(thread, object);
  return deed != nullptr && deed->notified.load(std::memory_order_acquire);
}

}  // namespace lockweave::detectors
