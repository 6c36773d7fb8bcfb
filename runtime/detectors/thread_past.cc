// runtime/detectors/thread_past.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is noted, by the thread itself.
#include "runtime/detectors/thread_past.h"

#include "runtime/detectors/past_table.h"

namespace lockweave::detectors {

using namespace past;

namespace {

// The number of a new taking; the last one stands for all that follow it.
std::uint32_t tick(Past& past) {
  const std::uint32_t before = past.clock.load(std::memory_order_relaxed);
  if (before == UINT32_MAX) return before;
  past.clock.store(before + 1, std::memory_order_relaxed);
  return before + 1;
}

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

}  // namespace lockweave::detectors
