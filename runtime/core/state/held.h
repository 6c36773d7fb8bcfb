// runtime/core/state/held.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The locks a thread holds, as a list with the innermost last, and as a chain of acquisitions from
// `ThreadState::top` outwards. Changed by the thread itself alone, in an operation; the list is read by
// any (for_each_held), for a look that may be out of date.
//
// A lock that is released below others leaves a *hole* in the list (count 0), and the chain falls
// *behind*: those above it are to be put on another chain, which is done when somebody asks for it, so
// that many releases in a row cost one new chain. Meanwhile `top` is nullptr and the inlined path is
// closed. The last entry is never a hole.
//
// Invariants (check_invariants)
//   1. The chain is not behind: entry i is node of depth i + 1, its outer is that of entry i - 1, and `top`
//      that of the last one.
//   2. It is behind: the same holds below the outermost hole. Entries above keep the node, and the place
//      in the list, that they had; those entered since have kContextUnknown.
//   3. A hole that a release left keeps its node until the new chain is made; others have none.
//
// Cost: a push, a pop and a look-up cost the same at any depth (a look-up walks over what the lock's own
// acquisitions are, of more than kNodesMost over the list). A new chain costs a step for each entry above the
// outermost hole. Each new acquisition earns kCreditEach such steps, so that cost is bounded, too.
// Limit: who releases outer locks below so many that its credit does not suffice, again and again between
// acquisitions, makes nestings that are not kept; they are counted (Loss::acquisitions).
// Without memory for a longer list an acquisition is not entered, which is counted (Loss::held_locks).
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

inline constexpr int kNodeFlags = LW_SHARED | LW_TRY | LW_TIMED;
inline constexpr std::uint32_t kNotHeld = UINT32_MAX;

inline Held* entries(const ThreadState& thread) {
  return thread.held.load(std::memory_order_relaxed);
}
inline bool is_hole(const Held& held) { return held.count == 0; }

// Calls `visit(const Held&)`, outermost first. Of any thread.
template <class Visit>
void for_each_held(const ThreadState& thread, Visit visit) {
  const std::uint32_t depth = thread.depth.load(std::memory_order_acquire);
  const Held* held = thread.held.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < depth; ++i) {
    const Held each = held[i];
    if (each.node != nullptr && !is_hole(each)) visit(each);
  }
}

// Where in the list, the innermost if several; or kNotHeld.
std::uint32_t find_held(const ThreadState& thread, std::uintptr_t address);
bool holds(const ThreadState& thread, std::uintptr_t address);

// `node` is on the thread's chain, or has kContextUnknown if that is behind.
void put_held(ThreadState& thread, Acquisition* node, std::uint32_t count);
// Takes entry `at` out. Those above it were acquired by nobody in the order they have then, so that is
// no observation. Of a semaphore above a lock that is released it is kept that it was taken under it
// (kOutlivedLock).
enum class Removal : std::uint8_t { released, other };
void remove_held(ThreadState& thread, std::uint32_t at, Removal removal = Removal::other);
// The node of an entry on the chain `outer`; `released` (or nullptr) was held below it.
Acquisition* on_chain(const Acquisition& node, Acquisition* outer, Object* released);
void restore_count(ThreadState& thread, std::uint32_t count);  // of the innermost entry

inline bool chain_is_behind(const ThreadState& thread) { return thread.holes > 0; }
// True: `top` tells all that is held.
enum class Effort : std::uint8_t { within_credit, whatever_it_takes };
bool bring_chain_up_to_date(ThreadState& thread, Effort effort = Effort::within_credit);
void earn_chain_credit(ThreadState& thread);  // it made an acquisition that is new to it

// Takes out, of the innermost entries, the one of an object that ended at `address` and has no successor
// there: its memory was given back under it. False: there is none, or the memory may be looked at: the
// frame of a thread that goes on.
bool remove_ended(ThreadState& thread, std::uintptr_t address);

// Drops entries that are no longer true: the object ended, or glibc says another thread owns it. In a deep
// list the innermost ones, and some of the others in turn. Then brings the chain up to date.
void reconcile_held(ThreadState& thread);
void reconcile_all_held(ThreadState& thread);

// In the child of a fork, while `thread`, which forked, still has the kernel id of the parent: what it holds
// stays held, under that id, which a mutex goes on to name. What is shared between processes is the
// parent's. The child may be the only one who holds them, so nestings inside of them are no order (nesting.h).
void inherit_held(ThreadState& thread);

// A thread has ended and left a lock locked: who, and where it took it. Of several readers the last one.
struct LeftLock {
  Id thread = 0;
  int tid = 0;  // its kernel id then; the kernel gives it to a new thread sooner or later
  Acquisition* node = nullptr;
};
// Called by a thread that ends, before others learn that it has: what it holds stays locked.
void leave_held(ThreadState& thread);
// Somebody else gives the lock at `address` back.
void take_over_left(std::uintptr_t address);
// Does the lock itself see to it that its waiters go on when its owner ends: robust, or with priority
// inheritance (the kernel hands it on)?
bool outlives_owner(const Object& object);
bool is_robust(const Object& object);

// Kernel id of the owner that glibc keeps inside its mutexes; nullptr for other kinds.
const std::atomic<int>* owner_word(lw_kind kind, std::uintptr_t address);
// The same of the writer inside its reader-writer locks.
const std::atomic<int>& writer_word(std::uintptr_t address);

// For tests: nullptr, or what does not hold of what the calling thread holds.
const char* broken_invariant(const ThreadState& thread);

}  // namespace lockweave::core
