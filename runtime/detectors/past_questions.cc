// runtime/detectors/past_questions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is asked of a thread's past (thread_past.h), by any thread.
#include "runtime/detectors/past_table.h"

namespace lockweave::detectors {

using namespace past;

namespace {

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
  if (turn.end.load(std::memory_order_acquire) != posted.end) return {};  // of another turn by now
  return found;
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

}  // namespace lockweave::detectors
