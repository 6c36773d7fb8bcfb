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
// An interned stack says in which module each of its frames lay when it was captured. After a dlclose
// the same addresses may be another library's code: then they are another stack.
// Thread-safety: any thread. Limits: `kFramesMax` innermost frames are kept; 4 million stacks, and
// memory: beyond, there is no stack, and it is counted (lost.h).
#pragma once

#include <atomic>
#include <cstdint>

#include "model/record.h"
#include "runtime/core/base/fork_epoch.h"
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

// The stack of another thread, which sleeps in a system call of the C library at `pc`, without the frames of
// the C library and of `loader`'s module that are innermost. False: nothing of it is known.
bool capture_asleep(Trace& trace, std::uintptr_t pc, std::uintptr_t stack_pointer,
                    std::uintptr_t loader);

// A trace that its owner writes while others may read it. A reader gets at most kFramesMax addresses,
// each of which was stored once; whether they are of one trace, something else must tell it.
class SharedTrace {
 public:
  void store(const Trace& trace) {
    count_.store(trace.count, std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < trace.count; ++i) {
      pcs_[i].store(trace.pcs[i], std::memory_order_relaxed);
    }
  }
  void load(Trace& trace) const {
    trace.count = count_.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < trace.count; ++i) {
      trace.pcs[i] = pcs_[i].load(std::memory_order_relaxed);
    }
  }
  std::uintptr_t innermost() const { return pcs_[0].load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> count_{0};
  std::atomic<std::uintptr_t> pcs_[Trace::kFramesMax] = {};
};

// How many objects began at a stack, those that can be found and those made for reports: state/objects.cc.
struct StackCounts {
  std::uint32_t listed = 0;
  std::uint32_t unlisted = 0;
};

// Published ones never change but for `written`, `placed_in` and `objects_begun`.
struct InternedStack {
  InternedStack* next;
  std::uint64_t hash;
  Id id;
  ProcessMark written;                   // guarded by the record writer
  std::atomic<std::uint32_t> placed_in;  // the unload epoch in which the modules were compared
  StackCounts objects_begun;             // guarded by the objects' lock
  std::uint32_t count;
  std::uintptr_t pcs[1];  // `count` of them, then as many ids of modules

  std::uint32_t* modules() { return reinterpret_cast<std::uint32_t*>(pcs + count); }
};

// nullptr: lost.
InternedStack* intern_stack(const Trace& trace);
InternedStack* intern_here(const void* pc);  // capture + intern

void for_each_stack_lock(LockVisitor visit);
void reset_stacks_after_fork();

}  // namespace lockweave::core
