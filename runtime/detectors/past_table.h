// runtime/detectors/past_table.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How thread_past.h keeps what a thread has done: a table of deeds, one for each object, by open addressing.
// Only thread_past.cc (what is noted) and past_questions.cc (what is asked) include it.
//
// Invariants: at most half of the slots are full. A table is written by its thread alone, but for
// `joined_by` and `joined_in`, which are its joiner's. Its memory is never unmapped, and always a table of the same
// capacity: another thread may ask it while it is emptied for the next one, and finds by `lives` (Reading)
// that the answer does not stand. The deeds themselves move on to the table that replaces it, and what is
// dropped there is used again after `lives` has grown here.
#pragma once

#include "runtime/core/base/lost.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors::past {

using core::Acquisition;
using core::Object;
using core::ThreadState;

// When a lock was taken: the number of the taking, 0 never; the thread's segment then.
struct When {
  std::atomic<std::uint32_t> at;
  std::atomic<std::uint32_t> segment;
};
// Locks of which it is known that they were held whenever something was notified; of more the outer ones
// count as not held.
constexpr std::uint32_t kUnderMost = 6;

// A place where a lock was taken, and when there last.
struct Elsewhere {
  std::atomic<Acquisition*> taking;
  When last;
};
constexpr std::uint32_t kElsewhere = 2;

// The takings after `begin` up to `end`; `end` is written last, so a reader sees it empty or whole.
struct Turn {
  std::atomic<std::uint32_t> begin;
  std::atomic<model::Id>
      permit_got_under;            // the permit that was given back: see Deed; 0: another's
  std::atomic<std::uint32_t> end;  // 0: there is none
};

struct Deed {
  std::atomic<model::Id> id;  // of the object, then: its memory may be another's by now
  std::atomic<const Object*> object;
  std::atomic<Acquisition*> taking;  // the first; nullptr: never taken
  When first;
  When last;
  Elsewhere elsewhere[kElsewhere];  // the last ones, each at a place of its own
  Turn first_post;
  Turn last_post;
  std::atomic<std::uint32_t> notified;      // the last taking before it notified last
  std::atomic<std::uint32_t> permit;        // the last taking before it got the last permit
  std::atomic<model::Id> permit_got_under;  // the innermost lock that it held then; 0: none
  std::atomic<bool> has_permit;             // got one, and has posted none since
  std::atomic<bool> left_open;              // it got the last one, and posted it at once
  std::atomic<std::uint64_t> open_signals;  // in any of the takings
  std::atomic<bool> signals_under;
  std::atomic<bool> waited;                  // for this condition variable
  std::atomic<bool> notified_before;         // `under` is set
  std::atomic<model::Id> under[kUnderMost];  // held in each notification; 0: none
  Deed* next_free;
};
using Slot = std::atomic<Deed*>;

struct Past {
  std::uint32_t capacity;  // a power of two; written once
  std::uint32_t count;
  std::atomic<std::uint32_t> clock;      // takings so far
  std::atomic<std::uint32_t> turn;       // those of earlier turns
  std::atomic<model::Id> owner;          // the thread; 0: spare
  std::atomic<std::uint32_t> lives;      // grows when it is given up
  std::atomic<model::Id> joined_by;      // 0: nobody has
  std::atomic<std::uint32_t> joined_in;  // that one's segment from then on
  Past* next_spare;
  Deed* free;     // its owner's alone
  Slot slots[1];  // `capacity` of them
};

// What a thread has, its own or one that a former thread with its state left behind.
inline Past* any_past(const ThreadState& thread) {
  return static_cast<Past*>(thread.locks_taken.load(std::memory_order_acquire));
}

// nullptr also for one that a former thread with this state left behind.
inline Past* past_of(const ThreadState& thread) {
  Past* past = any_past(thread);
  return past != nullptr && past->owner.load(std::memory_order_acquire) == thread.id ? past
                                                                                     : nullptr;
}

// What is read of a thread's past between the construction and `stands()` is true if that is.
class Reading {
 public:
  explicit Reading(const ThreadState& thread) : past_(any_past(thread)) {
    if (past_ == nullptr) return;
    lives_ = past_->lives.load(std::memory_order_acquire);
    if (past_->owner.load(std::memory_order_acquire) != thread.id) past_ = nullptr;
  }
  const Past* past() const { return past_; }
  bool stands() const {
    std::atomic_thread_fence(std::memory_order_acquire);
    return past_ == nullptr || past_->lives.load(std::memory_order_relaxed) == lives_;
  }

 private:
  const Past* past_;
  std::uint32_t lives_ = 0;
};

inline bool is_of(const Deed& deed, const Object& object) {
  return deed.object.load(std::memory_order_acquire) == &object &&
         deed.id.load(std::memory_order_relaxed) == object.id;
}

// The object's slot, or the free one where it would be.
template <class AnyPast>
auto& slot_for(AnyPast& past, const Object& object, model::Id id) {
  std::uint32_t at = id * 2654435769u;  // Knuth's multiplicative hash
  for (;; ++at) {
    auto& slot = past.slots[at & (past.capacity - 1)];
    const Deed* known = slot.load(std::memory_order_acquire);
    if (known == nullptr || is_of(*known, object)) return slot;
  }
}

// Of an object that still is?
inline bool is_standing(const Deed& deed) {
  const Object* object = deed.object.load(std::memory_order_relaxed);
  return object != nullptr && is_of(deed, *object) &&
         object->address.load(std::memory_order_relaxed) != 0;
}

template <class Visit>
void for_each_deed(const Past* past, Visit visit) {
  for (std::uint32_t i = 0; past != nullptr && i < past->capacity; ++i) {
    if (Deed* deed = past->slots[i].load(std::memory_order_acquire)) visit(*deed);
  }
}

inline const Deed* deed_in(const Past* past, const Object& object) {
  const Deed* deed = past == nullptr
                         ? nullptr
                         : slot_for(*past, object, object.id).load(std::memory_order_acquire);
  return deed != nullptr && is_of(*deed, object) ? deed : nullptr;  // another's by now, perhaps
}
// Of the calling thread.
inline const Deed* own_deed(const ThreadState& thread, const Object& object) {
  return deed_in(past_of(thread), object);
}

inline std::uint32_t time_of(const Past& past) {
  return past.clock.load(std::memory_order_relaxed);
}

// The calling thread's own; nullptr: no memory for one more.
Past* past_with_room(ThreadState& thread);

// Of the calling thread's own table: all zero; nullptr: no memory.
Deed* empty_deed(Past& past);

// Calls `change` with the object's deed and the set it is in.
template <class Change>
void note(ThreadState& thread, const Object& object, Change change) {
  Past* past = past_with_room(thread);
  if (past == nullptr) return core::count_lost(core::Loss::waits);
  Slot& slot = slot_for(*past, object, object.id);
  if (Deed* known = slot.load(std::memory_order_relaxed)) return change(*known, *past);
  Deed* deed = empty_deed(*past);
  if (deed == nullptr) return core::count_lost(core::Loss::waits);
  change(*deed, *past);
  deed->id.store(object.id, std::memory_order_relaxed);
  deed->object.store(&object, std::memory_order_relaxed);
  slot.store(deed, std::memory_order_release);
  ++past->count;
}

inline bool holds(const Acquisition* held, model::Id lock) {
  while (held != nullptr && held->object->id != lock) held = held->outer;
  return held != nullptr;
}

}  // namespace lockweave::detectors::past
