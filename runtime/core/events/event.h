// runtime/core/events/event.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one stream of events. Core puts what threads do into events and delivers each to the detectors that
// want its kind; a detector is a fold over them. A race engine, a recorder of traces and a scheduler
// attach in the same way: a line in the table (all_detectors.cc), a mask, one function.
//
// Events come on the thread that acts, with the hook guard held (interposed functions pass through). Of
// one event the detectors hear in the order of their table. What a thread gives (release, order_release,
// notify, thread_end) is told before it is given, what it gets (acquired, order_acquire, join) after it has
// it, so nobody can get what has not been told as given.
//
// A scheduler wants `operation` and returns from it when that thread may go on; by block, unblock, notify,
// thread_create and thread_end it knows who can. The operation's name is (thread.label,
// thread.operations): equal in two runs of a deterministic program, because threads are labelled by their
// place in the spawn tree and operations are numbered per thread. A lock's name is (its first site, its
// ordinal among the objects that began there). Handlers of signals and what they interrupt are one operation.
//
// Cost: an event that nobody wants is one load and a test; so are acquired, release, order_release and
// order_acquire until somebody reports an access (watch.h). Uncontended operations on known acquisitions
// make no other event.
// Thread-safety: `emit` from any thread; `wanted_events` grows and never shrinks.
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

struct Ending;

enum class EventKind : std::uint8_t {
  operation,  // thread, operation, address, object_kind, flags: it is about to do something visible, once each
  // thread, acquisition, may_give_up: did it, or is about to, for the first time in this segment of its
  // life. `acquisition->outer` is what it holds. Before blocking, so also when it will never be granted.
  // may_give_up: it is about to wait with a time-out; if it is granted, the event comes again without.
  acquisition,
  acquired,       // thread, object, shared: it holds the lock now
  release,        // thread, object, shared: it is about to give the lock back
  order_release,  // thread, object: what it did comes before what those do who acquire from it
  order_acquire,  // thread, object
  block,          // thread: its published wait is about to begin
  unblock,        // thread
  permit,         // thread, object, flags, pc: it got one, which is not yet among what it holds
  read_again,  // thread, object, acquisition, pc: it took it there to read, and is about to read it
               // again; the object lets no reader pass a waiting writer
  notify,      // thread, object, all, pc: another thread's wait may now end
  release_not_held,  // thread, object, variant, pc
  object_end,        // thread, object, freed, pc
  object_left,       // thread, object: it ends, and the object lies on its stack
  used_after_end,    // thread, ending, pc: a lock that was destroyed (endings.h)
  assert_held,       // thread, object, pc: asserted, and not held
  misuse,            // thread, rule, variant, object, pc
  thread_create,     // thread, other: the child, which does not run yet
  thread_end,        // thread; what it still holds is left locked after it was told
  locks_left,        // thread, which ended: what it held stays locked from here on
  thread_gone,       // nobody: the calling thread, which ended, is no longer known
  join,              // thread, other: the one that was joined, pc
  variable_begin,    // address, size, name, pc
  variable_end,      // address
  watch_begin,       // literal_locksets: the first access is about to be told
  access,            // thread, address, size, access, pc
  fork_in_child,     // thread: the only one there is
  process_end,  // nobody: in an orderly way or by a verdict; threads may still run. The last one.
};

using EventMask = std::uint32_t;

constexpr EventMask mask_of(EventKind kind) { return EventMask{1} << static_cast<int>(kind); }
template <class... Kinds>
constexpr EventMask mask_of(EventKind first, Kinds... more) {
  return (mask_of(first) | ... | mask_of(more));
}

// Which members are set stands beside the kind.
struct Event {
  EventKind kind;
  bool shared = false;
  bool all = false;
  bool freed = false;
  bool may_give_up = false;
  bool literal_locksets = false;
  lw_access_kind access = LW_READ;
  lw_operation operation = LW_OP_OTHER;
  lw_kind object_kind = LW_MUTEX;
  int flags = 0;
  ThreadState* thread = nullptr;
  Object* object = nullptr;
  Acquisition* acquisition = nullptr;
  ThreadState* other = nullptr;
  const void* pc = nullptr;
  const char* rule = "";
  const char* variant = "";
  std::uintptr_t address = 0;
  std::size_t size = 0;
  const char* name = nullptr;
  const Ending* ending = nullptr;
};

class Detector {
 public:
  virtual EventMask wants() const = 0;  // constant; asked once
  virtual void on_event(const Event& event) = 0;
  // Its locks, outermost first: all are held around a fork, and free again when `fork_in_child` comes.
  virtual void for_each_lock(LockVisitor) {}

 protected:
  ~Detector() = default;
};

// The explicit table of detectors, in the order they are told (all_detectors.cc, not in core).
struct DetectorTable {
  Detector* const* entries = nullptr;
  std::uint32_t count = 0;
};
extern DetectorTable detector_table();
inline constexpr std::uint32_t kDetectorsMost = 16;

// Would this access change nothing in any detector? Then it need not be told. Asked for the calling
// thread, which may have no operation open (all_detectors.cc, not in core).
bool access_is_known(ThreadState& thread, std::uintptr_t address, lw_access_kind kind);

// What order needs: told from the first access on only.
inline constexpr EventMask kOrderEvents =
    mask_of(EventKind::acquired, EventKind::release, EventKind::order_release,
            EventKind::order_acquire, EventKind::thread_create);

// The kinds that are delivered now. Written by open_events before main and by want_events.
extern constinit std::atomic<EventMask> wanted_events;

void open_events();  // all that some detector wants, but for kOrderEvents
void want_events(
    EventMask kinds);  // these, too, from now on; operations: the inlined path is closed

inline bool wanted(EventKind kind) {
  return (wanted_events.load(std::memory_order_acquire) & mask_of(kind)) != 0;
}

void deliver(const Event& event);
inline void emit(const Event& event) {
  if (wanted(event.kind)) deliver(event);
}

}  // namespace lockweave::core
