// runtime/core/events/acquire.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `lock` and `unlock` do to the calling thread's held chain, and whom they tell. `acquire` on a
// known acquisition is the hot path: one probe of the thread's cache, one cache line of the node.
#pragma once

#include "runtime/core/state/held.h"

namespace lockweave::core {

enum class Stage : std::uint8_t { wanted, granted };

// The node for taking `address` on top of what `thread` holds. Tells the detectors when this
// (thread, segment) does it for the first time; LW_TIMED and wanted: that it is about to try, each
// time. nullptr only without memory.
Acquisition* acquisition_for(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
                             const void* pc, Stage stage);

// The thread holds it now. Recursive kinds: a repeated acquisition only counts.
void push_held(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
               const void* pc);

// Did the calling thread take a lock that could not be entered, for want of memory? What it does not hold
// may be that.
bool may_hold_unseen();

// The thread gives it back; false if it did not hold it, nor any that could not be entered. Any entry may be
// taken out, not only the innermost.
bool pop_held(ThreadState& thread, std::uintptr_t address);

// Takes the entry out whatever its count, for a condition wait; false if there is none. `keeps`: one
// level of a recursive mutex only, if it is held more than once.
struct Parked {
  Acquisition* node = nullptr;
  std::uint32_t count = 0;
};
bool park_held(ThreadState& thread, std::uintptr_t address, bool keeps, Parked& parked);

}  // namespace lockweave::core
