// runtime/core/held.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The calling thread's held chain: what `lock` and `unlock` do to it. `acquire` on a known
// acquisition is the hot path: one probe of the thread's cache, one cache line of the node.
#pragma once

#include "runtime/core/site_key.h"
#include "runtime/core/thread_state.h"

namespace lockweave::core {

inline constexpr int kNodeFlags = LW_SHARED | LW_TRY;

// The node for taking `address` on top of what `thread` holds. Tells the detectors when this
// (thread, segment) does it for the first time; LW_TIMED: that it is about to try, each time. nullptr
// only without memory.
Acquisition* acquisition_for(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
                             const void* pc);

// The thread holds it now. Recursive kinds: a repeated acquisition only counts.
void push_held(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
               const void* pc);

// The thread gives it back; false if it did not hold it. Any entry may be taken out, not only the
// innermost.
bool pop_held(ThreadState& thread, std::uintptr_t address);

// Takes the entry out whatever its count, for a condition wait; false if there is none.
struct Parked {
  Acquisition* node = nullptr;
  std::uint32_t count = 0;
};
bool park_held(ThreadState& thread, std::uintptr_t address, Parked& parked);

void restore_count(ThreadState& thread, std::uint32_t count);  // of the innermost entry

// Drops entries that are no longer true: the object ended, or glibc says another thread owns it.
void reconcile_held(ThreadState& thread);

bool holds(const ThreadState& thread, std::uintptr_t address);

// Kernel id of the owner that glibc keeps inside its mutexes; nullptr for other kinds.
const std::atomic<int>* owner_word(lw_kind kind, std::uintptr_t address);

}  // namespace lockweave::core
