// runtime/detectors/thread_past.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/thread_past.h"

#include <string.h>

#include "runtime/core/base/arena.h"

namespace lockweave::detectors {
namespace {

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

// Open addressing, at most half full. Once it is there, its memory is always one of the same capacity: another
// thread may ask it while it is emptied for the next one. The deeds themselves move on to the set that
// replaces it, and what is dropped there is used again after `lives` has grown here.
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

// All zero. nullptr without memory.
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

Past* any_past(const ThreadState& thread) {
  return static_cast<Past*>(thread.locks_taken.load(std::memory_order_acquire));
}

// nullptr also for one that a former thread with this state left behind.
Past* past_of(const ThreadState& thread) {
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

bool is_of(const Deed& deed, const Object& object) {
  return deed.object.load(std::memory_order_acquire) == &object &&
         deed.id.load(std::memory_order_relaxed) == object.id;
}

// The object's slot, or the free one where it would be.
template <class AnyPast>
auto& slot_for(AnyPast& past, const Object& object) {
  std::uint32_t at = object.id * 2654435769u;  // Knuth's multiplicative hash
  for (;; ++at) {
    auto& slot = past.slots[at & (past.capacity - 1)];
    const Deed* known = slot.load(std::memory_order_acquire);
    if (known == nullptr || is_of(*known, object)) return slot;
  }
}

bool is_standing(const Deed& deed) {
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
    slot_for(past, *object).store(&deed, std::memory_order_relaxed);
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

// The calling thread's own; nullptr: no memory for one more.
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

// Calls `change` with the object's deed and the set it is in.
template <class Change>
void note(ThreadState& thread, const Object& object, Change change) {
  Past* past = past_with_room(thread);
  if (past == nullptr) return;
  Slot& slot = slot_for(*past, object);
  if (Deed* known = slot.load(std::memory_order_relaxed)) return change(*known, *past);
  Deed* deed = empty_deed(*past);
  if (deed == nullptr) return;
  change(*deed, *past);
  deed->id.store(object.id, std::memory_order_relaxed);
  deed->object.store(&object, std::memory_order_relaxed);
  slot.store(deed, std::memory_order_release);
  ++past->count;
}

const Deed* deed_in(const Past* past, const Object& object) {
  const Deed* deed =
      past == nullptr ? nullptr : slot_for(*past, object).load(std::memory_order_acquire);
  return deed != nullptr && is_of(*deed, object) ? deed : nullptr;  // another's by now, perhaps
}
// Of the calling thread.
const Deed* own_deed(const ThreadState& thread, const Object& object) {
  return deed_in(past_of(thread), object);
}

// The number of a new taking; the last one stands for all that follow it.
std::uint32_t tick(Past& past) {
  const std::uint32_t before = past.clock.load(std::memory_order_relaxed);
  if (before == UINT32_MAX) return before;
  past.clock.store(before + 1, std::memory_order_relaxed);
  return before + 1;
}

std::uint32_t time_of(const Past& past) { return past.clock.load(std::memory_order_relaxed); }

void set(When& when, const ThreadState& thread, std::uint32_t now) {
  when.segment.store(thread.segment.load(std::memory_order_relaxed), std::memory_order_relaxed);
  when.at.store(now, std::memory_order_release);
}

// The place's own entry, a free one, or the one that was used least lately.
Elsewhere& entry_for(Deed& deed, const Acquisition& node) {
  Elsewhere* oldest = &deed.elsewhere[0];
  for (Elsewhere& entry : deed.elsewhere) {
    const Acquisition* known = entry.taking.load(std::memory_order_relaxed);
    if (known == nullptr || known->site == node.site) return entry;
    const std::uint32_t at = entry.last.at.load(std::memory_order_relaxed);
    if (at < oldest->last.at.load(std::memory_order_relaxed)) oldest = &entry;
  }
  return *oldest;
}

// It posts `now` what it got the last permit of, or what it has none of.
void set_turn(Turn& turn, const Deed& deed, std::uint32_t begin, std::uint32_t now) {
  const std::uint32_t permit = deed.permit.load(std::memory_order_relaxed);
  const bool gives_back = permit >= begin;
  turn.begin.store(begin, std::memory_order_relaxed);
  turn.permit_got_under.store(
      gives_back ? deed.permit_got_under.load(std::memory_order_relaxed) : 0,
      std::memory_order_relaxed);
  turn.end.store(now, std::memory_order_release);
}

// Did all that `other` did in `segment` come before `waiter` was created?
bool before_birth(const ThreadState& other, std::uint32_t segment, const ThreadState& waiter) {
  for (const ThreadState* at = &waiter; at != nullptr;) {
    const core::Origin origin = at->origin.load(std::memory_order_relaxed);
    if (origin.parent == other.id) return segment <= origin.segment;
    at = core::thread_by_id(origin.parent);
  }
  return false;
}

struct Window {
  std::uint32_t begin;
  std::uint32_t end;
};
Window window(const Turn& turn) {
  const std::uint32_t end = turn.end.load(std::memory_order_acquire);
  return {turn.begin.load(std::memory_order_relaxed), end};
}

bool within(const When& when, const Window& window, const ThreadState& other,
            const ThreadState& waiter) {
  const std::uint32_t at = when.at.load(std::memory_order_acquire);
  return at > window.begin && at <= window.end &&
         !before_birth(other, when.segment.load(std::memory_order_relaxed), waiter);
}

// What is asked of another thread, and what is read of it and the waiter for the answer.
struct Question {
  Question(const ThreadState& asked, const Keeping& kept)
      : other(asked), keeping(kept), theirs(asked), waiters(kept.waiter) {}
  bool stands() const { return theirs.stands() && waiters.stands(); }
  Acquisition* if_stands(Acquisition* answer) const { return stands() ? answer : nullptr; }

  const ThreadState& other;
  const Keeping& keeping;
  const Reading theirs;
  const Reading waiters;
};

// Did the waiter decide under the lock who is to wait?
bool decides(const Question& question) {
  const Deed* own = deed_in(question.waiters.past(), *question.keeping.kept.object);
  return own != nullptr && own->signals_under.load(std::memory_order_relaxed);
}

// The lock's takings in the window, at different places.
Takings all_within(const Question& question, const Window& window) {
  Takings found;
  const Deed* deed = deed_in(question.theirs.past(), *question.keeping.kept.object);
  if (deed == nullptr) return found;
  const ThreadState& other = question.other;
  const ThreadState& waiter = question.keeping.waiter;
  if (within(deed->first, window, other, waiter) || within(deed->last, window, other, waiter)) {
    found.add(deed->taking.load(std::memory_order_acquire));
  }
  for (const Elsewhere& entry : deed->elsewhere) {
    Acquisition* taking = entry.taking.load(std::memory_order_acquire);
    const bool there = within(entry.last, window, other, waiter);
    // An entry that became another place's meanwhile says nothing.
    if (there && entry.taking.load(std::memory_order_acquire) == taking) found.add(taking);
  }
  return found;
}

// Those of them that count.
Takings takings_within(const Question& question, const Window& window) {
  const Takings all = all_within(question, window);
  if (!decides(question)) return all;
  Takings found;
  for (Acquisition* taking : all) {
    if (taking->site != question.keeping.kept.site) found.add(taking);
  }
  return found;
}

Acquisition* taken_within(const Question& question, const Window& window) {
  const Takings found = takings_within(question, window);
  return found.empty() ? nullptr : *found.begin();
}

// Has it taken the lock since?
bool took_after(const Question& question, std::uint32_t end) {
  const Deed* deed = deed_in(question.theirs.past(), *question.keeping.kept.object);
  if (deed == nullptr) return false;
  bool after = deed->last.at.load(std::memory_order_acquire) > end;
  for (const Elsewhere& entry : deed->elsewhere) {
    after |= entry.last.at.load(std::memory_order_acquire) > end;
  }
  return after;
}

BeforePost before_post(const Question& question, const Turn& turn) {
  const Window posted = window(turn);
  BeforePost found;
  found.takings = takings_within(question, posted);
  if (found.takings.empty()) return found;
  const model::Id got_under = turn.permit_got_under.load(std::memory_order_relaxed);
  found.passed = all_within(question, {0, posted.end});
  found.decided = decides(question);
  found.permit_got_under_it = got_under == question.keeping.kept.object->id;
  found.took_it_since = took_after(question, posted.end);
  return found;
}

bool holds(const Acquisition* held, model::Id lock) {
  while (held != nullptr && held->object->id != lock) held = held->outer;
  return held != nullptr;
}

// What was held in the notifications so far, and is in this one.
void keep_held(Deed& deed, const Acquisition* held) {
  const bool first = !deed.notified_before.load(std::memory_order_relaxed);
  for (auto& lock : deed.under) {
    if (first) {
      lock.store(held == nullptr ? 0 : held->object->id, std::memory_order_relaxed);
      if (held != nullptr) held = held->outer;
    } else if (!holds(held, lock.load(std::memory_order_relaxed))) {
      lock.store(0, std::memory_order_relaxed);
    }
  }
  if (first) deed.notified_before.store(true, std::memory_order_release);
}

// The last taking before the other notified what the waiter has waited for; 0: it did not.
std::uint32_t announced(const Question& question) {
  std::uint32_t last = 0;
  for_each_deed(question.waiters.past(), [&](const Deed& waits) {
    const Object* condition = waits.object.load(std::memory_order_acquire);
    if (condition == nullptr || !waits.waited.load(std::memory_order_relaxed)) return;
    const Deed* deed = deed_in(question.theirs.past(), *condition);
    const std::uint32_t at = deed == nullptr ? 0 : deed->notified.load(std::memory_order_acquire);
    if (at > last) last = at;
  });
  return last;
}

}  // namespace

Acquisition* innermost_lock(Acquisition* held) {
  while (held != nullptr && held->object->kind == LW_SEMAPHORE) held = held->outer;
  return held;
}

void note_taken(ThreadState& thread, Acquisition& node) {
  note(thread, *node.object, [&](Deed& deed, Past& past) {
    const std::uint32_t now = tick(past);
    Acquisition* first = deed.taking.load(std::memory_order_relaxed);
    if (first == nullptr) {
      set(deed.first, thread, now);
      deed.taking.store(&node, std::memory_order_release);
    } else if (first->site == node.site) {
      set(deed.last, thread, now);
    } else {
      Elsewhere& entry = entry_for(deed, node);
      if (entry.taking.load(std::memory_order_relaxed) != &node) {
        entry.last.at.store(0, std::memory_order_relaxed);
        entry.taking.store(&node, std::memory_order_release);
      }
      set(entry.last, thread, now);
    }
  });
}

Acquisition* taken_without(const ThreadState& thread, const Object& lock, std::uint32_t flags) {
  const Reading reading(thread);
  const Deed* deed = deed_in(reading.past(), lock);
  if (deed == nullptr) return nullptr;
  for (const auto* kept : {&deed->taking, &deed->elsewhere[0].taking, &deed->elsewhere[1].taking}) {
    Acquisition* taking = kept->load(std::memory_order_acquire);
    if (!reading.stands()) return nullptr;
    if (taking != nullptr && (taking->flags & flags) == 0) return taking;
  }
  return nullptr;
}

void note_open_signals(ThreadState& thread, const Object& lock, std::uint64_t signals) {
  if ((signals & ~open_signals_at(thread, lock)) == 0) return;
  note(thread, lock, [signals](Deed& deed, const Past&) {
    deed.open_signals.fetch_or(signals, std::memory_order_relaxed);
  });
}

std::uint64_t open_signals_at(const ThreadState& thread, const Object& lock) {
  const Deed* deed = own_deed(thread, lock);
  return deed == nullptr ? 0 : deed->open_signals.load(std::memory_order_relaxed);
}

void note_notified(ThreadState& thread, Object& condition) {
  note(thread, condition, [&thread](Deed& deed, const Past& past) {
    keep_held(deed, thread.top);
    deed.notified.store(time_of(past), std::memory_order_release);
  });
}

void note_waited(ThreadState& thread, const Object& condition) {
  const Deed* known = own_deed(thread, condition);
  if (known != nullptr && known->waited.load(std::memory_order_relaxed)) return;
  note(thread, condition,
       [](Deed& deed, const Past&) { deed.waited.store(true, std::memory_order_relaxed); });
}

void note_joined(ThreadState& thread, const ThreadState& joined) {
  Past* its = past_of(joined);
  if (its == nullptr || past_with_room(thread) == nullptr)
    return;  // who joins `thread` asks it, too
  its->joined_in.store(thread.segment.load(std::memory_order_relaxed), std::memory_order_relaxed);
  its->joined_by.store(thread.id, std::memory_order_release);
  for_each_deed(past_of(joined), [&thread](const Deed& deed) {
    if (!is_standing(deed) || !deed.waited.load(std::memory_order_relaxed)) return;
    note_waited(thread, *deed.object.load(std::memory_order_relaxed));
  });
}

bool notifies_only_under(const ThreadState& other, const Object& condition,
                         const Acquisition* held) {
  const Reading reading(other);
  const Deed* deed = deed_in(reading.past(), condition);
  if (deed == nullptr || !deed->notified_before.load(std::memory_order_acquire)) return false;
  for (const auto& lock : deed->under) {
    const model::Id id = lock.load(std::memory_order_relaxed);
    if (id != 0 && holds(held, id)) return reading.stands();
  }
  return false;
}

void note_permit(ThreadState& thread, Object& semaphore) {
  const Acquisition* lock = innermost_lock(thread.top);
  note(thread, semaphore, [lock](Deed& deed, const Past& past) {
    deed.permit.store(time_of(past), std::memory_order_relaxed);
    deed.has_permit.store(true, std::memory_order_relaxed);
    deed.left_open.store(false, std::memory_order_relaxed);
    deed.permit_got_under.store(lock == nullptr ? 0 : lock->object->id, std::memory_order_relaxed);
  });
}

void note_posted(ThreadState& thread, Object& object) {
  note(thread, object, [](Deed& deed, Past& past) {
    const std::uint32_t now = time_of(past);
    const std::uint32_t turn = past.turn.load(std::memory_order_relaxed);
    const std::uint32_t permit = deed.permit.load(std::memory_order_relaxed);
    const std::uint32_t begin = permit > turn ? permit : turn;
    if (begin < now) {
      const bool first = deed.first_post.end.load(std::memory_order_relaxed) == 0;
      set_turn(first ? deed.first_post : deed.last_post, deed, begin, now);
    }
    const bool at_once = permit == now && deed.has_permit.load(std::memory_order_relaxed);
    deed.left_open.store(at_once, std::memory_order_relaxed);
    deed.has_permit.store(false, std::memory_order_relaxed);
    deed.permit_got_under.store(0, std::memory_order_relaxed);
    past.turn.store(now, std::memory_order_release);
  });
}

bool left_open(const ThreadState& thread, const Object& semaphore) {
  const Deed* deed = own_deed(thread, semaphore);
  return deed != nullptr && deed->left_open.load(std::memory_order_relaxed);
}

void note_signal_under(ThreadState& thread, Acquisition& held) {
  for (Acquisition* at = &held; at != nullptr; at = at->outer) {
    const Deed* known = own_deed(thread, *at->object);
    if (known != nullptr && known->signals_under.load(std::memory_order_relaxed)) continue;
    note(thread, *at->object, [](Deed& deed, const Past&) {
      deed.signals_under.store(true, std::memory_order_relaxed);
    });
  }
}

bool was_over_for(const ThreadState& waiter, const ThreadState& other) {
  for (const ThreadState* at = &other; at != nullptr;) {
    const Reading reading(*at);
    if (reading.past() == nullptr) return false;
    const model::Id by = reading.past()->joined_by.load(std::memory_order_acquire);
    const std::uint32_t segment = reading.past()->joined_in.load(std::memory_order_relaxed);
    if (!reading.stands() || by == 0) return false;
    if (by == waiter.id) return true;
    at = core::thread_by_id(by);
    if (at != nullptr && before_birth(*at, segment, waiter)) return true;
  }
  return false;
}

Acquisition* taken_before_notifying(const ThreadState& other, const Keeping& keeping,
                                    const Object& condition) {
  const Question question(other, keeping);
  const Deed* deed = deed_in(question.theirs.past(), condition);
  const std::uint32_t last = deed == nullptr ? 0 : deed->notified.load(std::memory_order_acquire);
  return last == 0 ? nullptr : question.if_stands(taken_within(question, {0, last}));
}

BeforePost taken_before_posting(const ThreadState& other, const Keeping& keeping,
                                const Object& object) {
  const Question question(other, keeping);
  const Deed* deed = deed_in(question.theirs.past(), object);
  if (deed == nullptr) return {};
  BeforePost found = before_post(question, deed->last_post);
  if (found.takings.empty()) found = before_post(question, deed->first_post);
  return question.stands() ? found : BeforePost{};
}

Acquisition* taken_in_last_turn(const ThreadState& other, const Keeping& keeping) {
  const Question question(other, keeping);
  const Past* past = question.theirs.past();
  if (past == nullptr) return nullptr;
  const std::uint32_t turn = past->turn.load(std::memory_order_acquire);
  const std::uint32_t done = announced(question);
  return question.if_stands(taken_within(question, {done > turn ? done : turn, UINT32_MAX}));
}

void for_each_lock_of_pasts(core::LockVisitor visit) { visit(spares_lock); }

}  // namespace lockweave::detectors
