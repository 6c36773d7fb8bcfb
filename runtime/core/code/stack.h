// runtime/core/code/stack.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Call stacks: captured by a walk over the frames (frame_walk.h), interned so that equal stacks have one
// id. A capture costs 0.1 to 0.2 µs a frame, so it is made for what is new (a new acquisition, a new thread)
// and just before sleeping, never for a known, uncontended lock. A stack that was captured not long
// ago is recognised by its return addresses (a few ns a frame), so threads that sleep often at the
// same places pay little.
//
// Frames of this library are left out. Symbols are nobody's business here: the command line tool
// resolves (module, offset) pairs after the run.
// Thread-safety: `intern_stack` from any thread. Limit: `kFramesMax` innermost frames are kept.
#pragma once

#include <cstdint>

#include "model/record.h"
#include "runtime/core/base/raw_lock.h"

namespace lockweave::core {

using model::Id;

struct Trace {
  static constexpr std::uint32_t kFramesMax = 32;
  std::uint32_t count = 0;
  std::uintptr_t pcs[kFramesMax];  // return addresses, innermost first
};

// The calling thread's stack from the frame that returns to `pc` outwards. When the walk does not meet
// `pc` (assembly without unwind tables) the trace is `pc` alone.
void capture(Trace& trace, const void* pc);

struct InternedStack {
  InternedStack* next;
  std::uint64_t hash;
  Id id;
  bool written;  // guarded by the record writer
  std::uint32_t count;
  std::uintptr_t pcs[1];  // `count` of them
};

// 0 only when memory is exhausted.
InternedStack* intern_stack(const Trace& trace);
InternedStack* stack_of(Id id);
InternedStack* intern_here(const void* pc);  // capture + intern

void for_each_stack_lock(LockVisitor visit);
void reset_stacks_after_fork();  // what was written belongs to the parent's record

}  // namespace lockweave::core
