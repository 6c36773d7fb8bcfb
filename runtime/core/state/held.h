// runtime/core/state/held.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The locks a thread holds, as a list with the innermost last, and as a chain of acquisitions from
// `ThreadState::top` outwards. Changed by the thread itself alone; read by any (thread_state.h).
// Without memory for a longer list an acquisition is not entered.
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

inline constexpr int kNodeFlags = LW_SHARED | LW_TRY | LW_TIMED;
inline constexpr std::uint32_t kNotHeld = UINT32_MAX;

inline Held* entries(const ThreadState& thread) {
  return thread.held.load(std::memory_order_relaxed);
}
// Where in the list, the innermost if several; or kNotHeld.
std::uint32_t find_held(const ThreadState& thread, std::uintptr_t address);
bool holds(const ThreadState& thread, std::uintptr_t address);

void put_held(ThreadState& thread, Acquisition* node, std::uint32_t count);
// Takes entry `at` out; the entries above it are interned again on the shorter chain. Nobody
// acquired them in that order, so that is no observation. Of a semaphore above a lock that is released
// it is kept that it was taken under it (kOutlivedLock).
enum class Removal : std::uint8_t { released, other };
void remove_held(ThreadState& thread, std::uint32_t at, Removal removal = Removal::other);
// The node of an entry on the chain `outer`; `released` (or nullptr) was held below it.
Acquisition* on_chain(const Acquisition& node, Acquisition* outer, Object* released);
void restore_count(ThreadState& thread, std::uint32_t count);  // of the innermost entry

// Drops entries that are no longer true: the object ended, or glibc says another thread owns it.
void reconcile_held(ThreadState& thread);

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

}  // namespace lockweave::core
