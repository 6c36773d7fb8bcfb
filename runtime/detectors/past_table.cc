// runtime/detectors/past_table.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/past_table.h"

#include <string.h>

#include "runtime/core/base/arena.h"

namespace lockweave::detectors {
namespace past {
namespace {

constinit core::RawLock spares_lock;
constinit Past* spares[32] = {};  // by the logarithm of the capacity

Past*& spares_of(std::uint32_t capacity) { return spares[__builtin_ctz(capacity)]; }

void free_deed(Past& past, Deed& deed) {
  deed.next_free = past.free;
  past.free = &deed;
}

// Never unmapped: another thread may look at one that was outgrown or whose thread has ended. `moved`: its
// deeds are another set's by now.
void give_up(Past* past, bool moved) {
  if (past == nullptr) return;
  past->owner.store(0, std::memory_order_release);
  past->lives.fetch_add(1, std::memory_order_seq_cst);  // before anything in it changes
  if (moved) past->free = nullptr;
  for (std::uint32_t i = 0; i < past->capacity; ++i) {
    Deed* deed = past->slots[i].load(std::memory_order_relaxed);
    if (deed == nullptr) continue;
    if (!moved) free_deed(*past, *deed);
    past->slots[i].store(nullptr, std::memory_order_relaxed);
  }
  core::RawGuard guard(spares_lock);
  past->next_spare = spares_of(past->capacity);
  spares_of(past->capacity) = past;
}

Past* empty_past(std::uint32_t capacity) {
  const std::size_t size = sizeof(Past) + capacity * sizeof(Slot);
  core::RawGuard guard(spares_lock);
  Past* past = spares_of(capacity);
  if (past != nullptr) {
    spares_of(capacity) = past->next_spare;
    past->count = 0;
    past->clock.store(0, std::memory_order_relaxed);
    past->turn.store(0, std::memory_order_relaxed);
    past->joined_by.store(0, std::memory_order_relaxed);
  } else {
    past = static_cast<Past*>(core::arena.allocate(size, alignof(Past)));
    if (past != nullptr) past->capacity = capacity;
  }
  return past;
}

// What the old set knows goes over, but for what is said of objects that have ended.
void move_deeds(const Past& old, Past& past) {
  past.clock.store(old.clock.load(std::memory_order_relaxed), std::memory_order_relaxed);
  past.turn.store(old.turn.load(std::memory_order_relaxed), std::memory_order_relaxed);
  for (Deed* deed = old.free; deed != nullptr;) {
    Deed* next = deed->next_free;
    free_deed(past, *deed);
    deed = next;
  }
  for_each_deed(&old, [&past](Deed& deed) {
    if (!is_standing(deed)) return free_deed(past, deed);
    const Object* object = deed.object.load(std::memory_order_relaxed);
    slot_for(past, *object, deed.id.load(std::memory_order_relaxed))
        .store(&deed, std::memory_order_relaxed);
    ++past.count;
  });
}

// With room: larger, or as large but without what is said of objects that have ended.
Past* roomier(const ThreadState& thread, const Past* old) {
  std::uint32_t standing = 0;
  for_each_deed(old, [&](const Deed& deed) { standing += is_standing(deed) ? 1 : 0; });
  std::uint32_t capacity = 8;
  while (capacity < standing * 4) capacity *= 2;
  Past* past = empty_past(capacity);
  if (past == nullptr) return nullptr;
  if (old != nullptr) move_deeds(*old, *past);
  past->owner.store(thread.id, std::memory_order_release);
  return past;
}

}  // namespace

Deed* empty_deed(Past& past) {
  constexpr std::size_t kAtOnce = 4;
  if (past.free == nullptr) {
    auto* deeds = core::arena.make_array<Deed>(kAtOnce);
    for (std::size_t i = 0; deeds != nullptr && i < kAtOnce; ++i) free_deed(past, deeds[i]);
  }
  Deed* deed = past.free;
  if (deed == nullptr) return nullptr;
  past.free = deed->next_free;
  memset(static_cast<void*>(deed), 0, sizeof *deed);
  return deed;
}

Past* past_with_room(ThreadState& thread) {
  Past* past = past_of(thread);
  if (past != nullptr && past->count * 2 < past->capacity) return past;
  Past* left = any_past(thread);
  const bool moves = past != nullptr;
  past = roomier(thread, past);
  if (past == nullptr) return nullptr;
  thread.locks_taken.store(past, std::memory_order_release);
  give_up(left, moves);
  return past;
}

}  // namespace past

void for_each_lock_of_pasts(core::LockVisitor visit) { visit(past::spares_lock); }

}  // namespace lockweave::detectors
