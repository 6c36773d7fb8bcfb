// runtime/core/state/tables.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime knows of the program's objects and acquisitions.
//
// Object: a lock, or anything else that can be waited for, in one generation of its address. When it
// is destroyed, re-initialised, freed, or its frame is gone, the object *ends*: its address becomes
// 0 and the next use of that address begins a new object. docs/design/identity.md.
//
// Acquisition: "this object, in this mode, taken at this place, while that chain was held": hash-
// consed, so a thread's held locks are described by one pointer, and a repeated nesting is the same
// node. A node whose object ended has address 0 and is never matched again.
//
// Invariants
//   1. `address` is the only field of a published node that changes, and only to 0.
//   2. Nodes and objects are never unmapped: a racing reader sees stale values, not a fault.
// Thread-safety: finders are lock-free; begin/end/intern take a lock. All cost is on the slow path.
#pragma once

#include <atomic>
#include <cstdint>

#include "lockweave/hooks.h"
#include "runtime/core/base/fork_epoch.h"
#include "runtime/core/code/stack.h"

namespace lockweave::core {

struct Acquisition;
struct LeftLock;
struct PermitAccount;
struct ThreadState;

struct Object {
  std::atomic<std::uintptr_t> address{0};
  std::atomic<std::uintptr_t> ended_at{0};  // the address that it had when it ended
  std::atomic<Object*> next_in_bucket{nullptr};
  Object* next_on_stack = nullptr;      // of the thread whose stack holds it
  Acquisition* acquisitions = nullptr;  // all nodes that take it; guarded by the table's lock
  Id id = 0;
  lw_kind kind = LW_MUTEX;
  bool process_shared = false;
  bool lock_like = true;  // semaphores: one permit, always given back by its taker; not forgotten
  ProcessMark written;    // guarded by the record writer
  std::atomic<bool> pinned{false};  // somebody keeps a pointer to it: never used again
  std::uint32_t generation = 1;
  std::uint32_t ordinal = 0;
  Id stack_thread = 0;
  InternedStack* first = nullptr;
  const char* name = nullptr;
  std::atomic<std::uint64_t> waiters_and_wakes{0};       // waiters << 32 | wakes on their way
  std::atomic<void*> clocks{nullptr};                    // of the race detector
  std::atomic<PermitAccount*> permits_account{nullptr};  // permits.h
  std::atomic<LeftLock*> left{nullptr};                  // held.h
  std::atomic<Id> waited_with{0};  // the mutex that the newest wait on this condition gave back
  // The last notification that nobody was waiting for; see lost-wakeup.
  std::atomic<const void*> missed_pc{nullptr};
  std::atomic<Id> missed_by{0};
  std::atomic<std::uint32_t> permits{0};  // of a semaphore, when it began; a barrier's
                                          // parties, 0: not known
  std::atomic<std::uint32_t> arrived{0};  // at a barrier, in this round
};

// Which threads did an acquisition, and in which of their segments. A list of chunks, newest first.
struct ObservationChunk {
  static constexpr std::uint32_t kMax = 6;
  ObservationChunk* next = nullptr;
  std::uint32_t count = 0;
  struct {
    Id thread;
    std::uint32_t segment;
  } at[kMax] = {};
};

inline constexpr std::uint32_t kObservationsMax = 64;

// The newest of those that came when the list was full. They are written at the end: whoever comes
// next may close a cycle with a thread of now, seldom with one that is long gone.
struct LateObservations {
  std::uint64_t count = 0;  // ever; the newest kObservationsMax are kept
  struct {
    Id thread;
    std::uint32_t segment;
  } at[kObservationsMax] = {};
};

// A semaphore that was taken under a lock and is still held without it; `taken_under` is that lock.
inline constexpr std::uint32_t kOutlivedLock = 1 << 8;
// That lock, taken again meanwhile: to give the semaphore back, or not (nesting.h).
inline constexpr std::uint32_t kTakenAgain = 1 << 9;
// Made while the chain was behind the list of held locks (held.h): it has no outer ones and no
// observations, because what was held with it is not known.
inline constexpr std::uint32_t kContextUnknown = 1 << 10;

struct alignas(64) Acquisition {
  std::atomic<std::uintptr_t> address{0};
  Acquisition* outer = nullptr;
  std::uint64_t site = 0;   // site_key.h: return address, or a digest of several
  std::uint32_t flags = 0;  // LW_SHARED | LW_TRY | LW_TIMED | those below
  std::uint32_t depth = 1;
  Object* object = nullptr;
  InternedStack* stack = nullptr;
  ObservationChunk* observations = nullptr;  // only for depth > 1; guarded by the node's stripe
  std::uint32_t observation_count = 0;
  std::uint32_t semaphores = 0;  // in the chain, this one included
  LateObservations* late = nullptr;
  std::atomic<Object*> taken_under{nullptr};  // of kOutlivedLock
  std::atomic<Acquisition*> next_in_bucket{nullptr};
  Acquisition* next_of_all = nullptr;  // ended ones too, newest first
  Acquisition* next_of_object = nullptr;
  Id id = 0;
  ProcessMark written;  // guarded by the record writer
};

// The live object at `address`, or nullptr.
Object* find_object(std::uintptr_t address);
// The live object at `address`, begun now if there is none. nullptr only without memory.
Object* object_at(std::uintptr_t address, lw_kind kind, int flags, const void* pc);
void end_object(Object& object);
// Copies up to `most` of the objects on `thread`'s stack, without the first `skip`; returns how many.
std::uint32_t copy_stack_objects(const ThreadState& thread, std::uint32_t skip, Object** objects,
                                 std::uint32_t most);
// An object for reports alone: no look-up finds it. The name (may be nullptr) is copied.
Object* unlisted_object(std::uintptr_t address, lw_kind kind, const char* name,
                        InternedStack* first);
// Objects on `thread`'s stack below `frame` are gone: their frames have returned.
void end_stack_objects(ThreadState& thread, std::uintptr_t frame);
// Ends every live object in [begin, begin+size); `visit` (if any) sees each just before.
using ObjectVisitor = void (*)(void* context, Object& object);
void end_objects_within(std::uintptr_t begin, std::size_t size, ObjectVisitor visit, void* context,
                        Id newest = ~Id{0});  // objects with a higher id stay
Id newest_object();                           // the highest id so far
// Has any object begun that is on no thread's stack?
bool objects_off_stacks();
// Cheap filter for the above: false means certainly none.
bool may_hold_objects(std::uintptr_t begin, std::size_t size);

// Whoever keeps a pointer longer than for one event pins first: the object; all that a chain takes.
inline void pin_object(Object& object) { object.pinned.store(true, std::memory_order_relaxed); }
inline void pin_chain(const Acquisition* held) {
  for (; held != nullptr; held = held->outer) pin_object(*held->object);
}

struct AcquisitionKey {
  Acquisition* outer;
  std::uintptr_t address;
  std::uint64_t site;
  std::uint32_t flags;
};
// Finds or makes the node; `made` tells which. The stack is captured only when made.
// `flags` may say LW_PROCESS_SHARED, for an object that begins now.
Acquisition* intern_acquisition(const AcquisitionKey& key, lw_kind kind, int flags, const void* pc,
                                bool& made);
// The newest node that takes a live object; the others follow by `next_of_object`, constant as long as
// it lives.
Acquisition* newest_acquisition_of(const Object& object);
// The node for what `like` took, at the same place, on another chain, with more flags.
Acquisition* intern_like(const Acquisition& like, Acquisition* outer, std::uint32_t flags = 0);
// Was it ever taken while another one was held, or another one while it was?
bool is_nested(const Acquisition& node);
// Notes that `thread` did it in `segment`. Kept are the first kObservationsMax of a node and the last, late
// ones; those in between are counted as lost observations.
enum class Observation : std::uint8_t { known, early, late };
Observation add_observation(Acquisition& node, Id thread, std::uint32_t segment);

using AcquisitionVisitor = void (*)(void* context, Acquisition& node);
void for_each_acquisition(AcquisitionVisitor visit, void* context);
using ObservationVisitor = void (*)(void* context, Acquisition& node, Id thread,
                                    std::uint32_t segment);
void for_each_late_observation(Acquisition& node, ObservationVisitor visit, void* context);
void for_each_object(ObjectVisitor visit, void* context);  // ended ones too, oldest first

void for_each_table_lock(LockVisitor visit);
void reset_tables_after_fork();

}  // namespace lockweave::core
