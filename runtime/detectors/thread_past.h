// runtime/detectors/thread_past.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a thread has done in its life, and in which order: which locks it took, which condition
// variables it notified, of what it posted and got permits. A hash set per thread, in
// ThreadState::locks_taken. Time is the number of takings so far.
//
// Of a lock the first and the last noted taking at its first place are kept, and the last ones
// at two other places; a taking is noted once in a segment. Of posts to one object the first and the last are
// kept that ended a *turn* with takings in it: what the thread took since its start, since its last post
// to anything, or since it got the permit that it gives back. So what a thread does again and again may be missed, never
// invented.
//
// Thread-safety: noted by the thread itself; asked by any, also while the set grows or goes to another
// thread after this one's end: the answer is then that nothing is known. Cost: one probe. Memory: it
// grows with the number of different objects there are at a time; what is known of one that has ended
// goes when room is needed. Without memory nothing more is noted, and each time is counted as a lost wait.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

void note_taken(core::ThreadState& thread, core::Acquisition& node);
// It took `lock` while these signals could come in; bit n - 1 is signal n.
void note_open_signals(core::ThreadState& thread, const core::Object& lock, std::uint64_t signals);
std::uint64_t open_signals_at(const core::ThreadState& thread, const core::Object& lock);
void note_notified(core::ThreadState& thread, core::Object& condition);
void note_waited(core::ThreadState& thread, const core::Object& condition);
// What `joined` has waited for counts as waited for by `thread`, which comes after it.
void note_joined(core::ThreadState& thread, const core::ThreadState& joined);
// Had `other` been joined before `waiter` was created, or has `waiter` done it, or one who was over for it?
// What `other` took it needs no more, then.
bool was_over_for(const core::ThreadState& waiter, const core::ThreadState& other);
void note_permit(core::ThreadState& thread, core::Object& semaphore);
// Of the calling thread: it has got a permit, posted it again without a taking in between, and got none since.
bool left_open(const core::ThreadState& thread, const core::Object& semaphore);
// A taking of `lock` that has none of these flags; nullptr: none is kept.
core::Acquisition* taken_without(const core::ThreadState& thread, const core::Object& lock,
                                 std::uint32_t flags);
// From now on, what was taken before is of an earlier turn.
void note_posted(core::ThreadState& thread, core::Object& object);
// It notifies or posts, whatever it is, and holds these locks.
void note_signal_under(core::ThreadState& thread, core::Acquisition& held);

// The chain's innermost lock that is one for certain: a semaphore may turn out to be a signal.
core::Acquisition* innermost_lock(core::Acquisition* held);

// The questions below ask for a taking by `other` of the lock that `waiter` took in `kept` and keeps
// while it waits, such that `other` needs the lock before it can end the wait. Not counted is
//   - what it took before it created the waiter, or a thread that the waiter comes of;
//   - what it took where the waiter took it, if the waiter signals others under that lock before it
//     waits: which of them is to wait was decided under the lock, so who signals back has had it.
struct Keeping {
  const core::ThreadState& waiter;
  const core::Acquisition& kept;
};
// Taken, and later on notified `condition`.
core::Acquisition* taken_before_notifying(const core::ThreadState& other, const Keeping& keeping,
                                          const core::Object& condition);
// Did `other` hold one of these locks whenever it notified `condition`? Who waits and keeps that lock can
// not have been woken by it.
bool notifies_only_under(const core::ThreadState& other, const core::Object& condition,
                         const core::Acquisition* held);
// Takings of one lock, each at a place of its own.
class Takings {
 public:
  static constexpr std::uint32_t kMost = 3;

  void add(core::Acquisition* taking) {
    if (taking != nullptr && count_ < kMost) at_[count_++] = taking;
  }
  bool empty() const { return count_ == 0; }
  Takings first() const {
    Takings one;
    one.add(at_[0]);
    return one;
  }
  core::Acquisition* const* begin() const { return at_; }
  core::Acquisition* const* end() const { return at_ + count_; }

 private:
  core::Acquisition* at_[kMost] = {};
  std::uint32_t count_ = 0;
};

struct BeforePost {
  Takings takings;                   // in a turn that a post to `object` ended
  Takings passed;                    // all before it: not each time is noted that it is there again
  bool decided = false;              // the waiter signals others under the lock
  bool permit_got_under_it = false;  // the permit that it gives back
  bool took_it_since = false;        // so of the places in that turn some may be forgotten
};
BeforePost taken_before_posting(const core::ThreadState& other, const Keeping& keeping,
                                const core::Object& object);
// Taken in the turn that has not ended, nor been announced: `other` did not notify afterwards what the
// waiter, or one that it has joined, has waited for, as one does who is awaited to be done with the lock.
core::Acquisition* taken_in_last_turn(const core::ThreadState& other, const Keeping& keeping);

void for_each_lock_of_pasts(core::LockVisitor visit);

}  // namespace lockweave::detectors
