// runtime/core/state/thread_state.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime knows of each thread: the chain it holds, what it waits for, its place in the
// creation tree. Other threads read `wait` and `held` while the owner changes them; see the notes
// at the members.
//
// A state's life: registered by the creator, adopted by the thread, *finished* by it, *over* once
// nobody can name the thread any more: joined, or detached and finished. A state that is over and not
// pinned waits behind the newest kRetiredKept of its kind, then it is another thread's. What lock order
// needs of such a thread at the end (relations.h) is kept apart.
// Invariants
//   1. States are never unmapped, and `held`, `taken_permits` and what detectors hang on them are
//      handed on with them: whoever still looks at one sees another thread's values, no fault.
//   2. `id` is never used again, `wait.sequence` only grows, also from one thread to the next: who
//      looks twice and finds both unchanged has looked at one thread.
//   3. While a thread or its state may still be asked for, its parent's state is kept, or `origin`
//      leads past it: to the nearest ancestor that lives or is known to lock order.
// Cost: what concerns all threads costs as many steps as there are live ones, however many there have
// been; by id, kernel id, handle or stack a thread is found at once.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>

#include "runtime/core/base/fork_epoch.h"
#include "runtime/core/state/tables.h"
#include "runtime/core/state/thread_label.h"

namespace lockweave::core {

struct TakenPermits;

struct Held {
  Acquisition* node;
  std::uint32_t count;  // > 1: recursive re-acquisitions; 0: a hole (held.h)
  int inherited =
      0;  // held since before a fork, by this thread under that kernel id; 0: taken here
};

// A published wait. The owner thread writes the fields, then makes `sequence` odd; makes it even
// when the wait is over. Readers copy between two equal odd reads of `sequence`.
struct Wait {
  std::atomic<std::uint64_t> sequence{0};
  std::atomic<bool> settled{false};  // all checks are done: only the real wait follows
  Object* object = nullptr;
  lw_kind kind = LW_MUTEX;
  int flags = 0;
  const void* address = nullptr;    // of the object; for LW_THREAD the pthread_t
  ThreadState* joined = nullptr;    // for LW_THREAD; nullptr: not known
  Object* with = nullptr;           // mutex that a condition wait must get back
  const int* owner = nullptr;       // where the owner's kernel id can be read
  Acquisition* wanted = nullptr;    // for locks: the acquisition that is waited for
  std::uint64_t since = 0;          // order in which waits began, process-wide
  std::uint64_t since_ms = 0;       // only with hang_timeout
  std::uint64_t stall_told = 0;     // sequence of the wait that was told as a stall
  lw_wait_stands stands = nullptr;  // of the owner thread alone, during its checks
  const void* stands_context = nullptr;
  SharedTrace trace;  // the stack, captured before sleeping; see copy_wait_trace
};

// Scratch of the wait-for search; guarded by that detector's lock.
struct SearchMark {
  std::uint64_t search = 0;    // the search that last reached this thread
  std::uint64_t sequence = 0;  // of its wait, then
  ThreadState* reached_from = nullptr;
  ThreadState* next = nullptr;  // queue
  std::uint64_t checked = 0;    // sequence of its wait; owned by the all-blocked checker
};

// The segment of the parent in which a thread was made; 0: nobody's.
struct Origin {
  Id parent = 0;
  std::uint32_t segment = 0;
};

struct ThreadState {
  static constexpr std::uint32_t kCacheFirst = 512;     // entries: 4 KiB
  static constexpr std::uint32_t kCacheMost = 1 << 15;  // grown to that by threads that need it
  static constexpr std::uint32_t kChainCreditFirst = 1 << 13;

  // owned by the thread
  Acquisition* top = nullptr;   // innermost held; nullptr: nothing, or the chain is behind the list
  std::uint32_t held_room = 0;  // the fast path may push below this depth; see held.h
  std::uint32_t held_capacity = 0;
  std::uint32_t holes = 0;  // entries that were released below others; > 0: the chain is behind
  std::uint32_t outermost_hole = 0;
  std::uint32_t chain_credit = kChainCreditFirst;  // entries that may be put on a new chain
  std::uint32_t looked_at = 0;                     // where reconcile_held goes on in a deep list
  Acquisition** cache = nullptr;  // nodes this thread observed in this segment: known_acquisition
  std::uint32_t cache_entries = kCacheFirst;
  std::uint32_t cache_evictions = 0;   // since it has this size
  Acquisition* loader_call = nullptr;  // the last call that took the loader's lock: loader_lock.h
  Object* stack_objects = nullptr;     // guarded by the object table's lock
  std::uint32_t children = 0;
  std::uint64_t operations = 0;  // visible operations so far: with `label` a stable name of each
  int handling_signal = 0;       // a handler of the program's runs for it; 0: none. Its frames are
  std::uintptr_t handler_low = 0;  // in [low, high): outside it was left by a jump
  std::uintptr_t handler_high = 0;

  // written by the thread, read by any
  std::atomic<std::uintptr_t> lowest_stack_object{UINTPTR_MAX};  // written by any, see objects.cc
  std::atomic<Held*> held{nullptr};     // innermost last; an outgrown array stays readable
  std::atomic<std::uint32_t> depth{0};  // entries of `held`
  std::atomic<std::uint32_t> segment{1};
  Wait wait;
  std::atomic<void*> locks_taken{nullptr};            // set of the waits detector
  std::atomic<TakenPermits*> taken_permits{nullptr};  // permits.h
  std::atomic<void*> clocks{nullptr};  // of the race detector; the creator's until the thread runs
  std::atomic<const char*> name{nullptr};  // for reports; nullptr: only the label
  std::atomic<bool> finished{false};
  std::atomic<bool> cancelled{false};  // pthread_cancel was called: a wait of its may end by itself
  bool lost_in_fork = false;           // a thread of the parent: in this process it never was
  std::atomic<bool> observed{false};   // lock order knows something it did, or comes after it
  std::atomic<int> tid{0};

  // constant once registered, but for the origin (invariant 3)
  std::atomic<Id> id{0};
  std::atomic<Origin> origin{Origin{}};
  std::atomic<pthread_t> handle{};
  std::size_t stack_size = 0;
  std::uintptr_t stack_low = 0;
  std::uintptr_t stack_high = 0;
  InternedStack* created_at = nullptr;
  void* payload[2] = {};  // the front-end's, between creation and start
  ThreadLabel label;
  ThreadState* next = nullptr;  // all states there are, newest memory first
  // Those that have not finished. A finished one leads on to the live ones that were older than it.
  std::atomic<ThreadState*> next_live{nullptr};
  std::atomic<ThreadState*> next_with_id{nullptr};
  std::atomic<ThreadState*> next_with_tid{nullptr};
  std::atomic<ThreadState*> next_with_handle{nullptr};

  // guarded by the registry
  ThreadState* previous_live = nullptr;
  ThreadState* next_retired = nullptr;  // or: the next that was lost in a fork with locks held
  std::uint32_t pins =
      0;  // the creator, until the creation is over; children; what reports may name
  bool has_handle = false;            // it can be found by it
  std::atomic<bool> detached{false};  // read by anybody
  bool claimed = false;  // somebody joins it: its handle may be another thread's before he says so
  bool over = false;
  ThreadState* lower_stacks = nullptr;  // by the lock of the stacks' index
  ThreadState* higher_stacks = nullptr;

  ProcessMark written;  // guarded by the record writer
  SearchMark mark;
};

// The calling thread; registered on first use (main, or a thread made behind our back).
// nullptr before the runtime is up or when memory is exhausted.
ThreadState* current_thread();

// Registration by the creating thread, so that creation orders what follows.
ThreadState* register_child(ThreadState& parent, const void* pc, std::size_t stack_size);
void adopt(ThreadState& child);  // the calling thread is that child
bool any_thread_begins();        // created, or about to be, and not yet running
void child_created(
    ThreadState& child);  // the creator: it will not ask for the child by its state again
void forget_child(ThreadState& child);  // the same, but pthread_create failed
void finish_thread(ThreadState& thread);

// Nobody will join it. By handle: also of a thread that has been created and not yet begun.
void detach_thread(ThreadState& thread);
void detach_thread(pthread_t handle);
// Whom a join of `handle` waits for: to be asked before the join, while the handle is the thread's own.
// It is the caller's to join until one of the two below. `patient`: a thread that was just created is
// waited for until it has told its handle.
ThreadState* claim_to_join(pthread_t handle, bool patient);
void release_joined(ThreadState& joined);  // nobody can join it again
void release_not_joined(ThreadState& thread);
// After the join, if it could not be told before; nullptr: by now the handle may be another thread's.
ThreadState* claim_joined(pthread_t handle);

// The state stays this thread's until it is unpinned as often. Only of a state that is not over.
void pin_thread(ThreadState& thread);
void unpin_thread(ThreadState& thread);
// From now on states that are over stay as they are: something keeps pointers to all of them.
void keep_ended_threads();

// Lock order is to know `thread` at the end, and with it its ancestors.
void mark_observed(ThreadState& thread);
struct ThreadFact {
  Id id;
  Origin origin;
};
// All that are observed, in no order.
void for_each_observed(void (*visit)(void* context, const ThreadFact& fact), void* context);

ThreadState* thread_by_tid(int tid);  // live threads only
// From now on it goes by that id: the one by which libc, and so its mutexes, know it.
void set_tid(ThreadState& state, int tid);
bool has_finished(int tid);  // the last one known by that kernel id
ThreadState* thread_by_handle(pthread_t handle);
ThreadState* thread_by_id(Id id);  // nullptr also for one whose state is another's by now
ThreadState* thread_by_stack(std::uintptr_t address);
ThreadState*
newest_state();         // walk with ->next: live ones, and ended ones as long as they are kept
Id newest_thread_id();  // the highest so far; 0: none
ThreadState* newest_live_thread();  // walk with live_after; one may finish meanwhile
inline ThreadState* live_after(const ThreadState& thread) {
  return thread.next_live.load(std::memory_order_acquire);
}
std::uint32_t live_threads();
// Threads of the parent process that held something when it forked; walk with ->next_retired.
ThreadState* newest_lost_in_fork();

inline bool is_node_for(const Acquisition* node, const AcquisitionKey& key) {
  return node != nullptr && node->address.load(std::memory_order_relaxed) == key.address &&
         node->outer == key.outer && node->site == key.site && node->flags == key.flags;
}

// An acquisition has one place that suits it best and kCacheWays - 1 others beside it, taken in turn:
// the first empty one ends the search.
inline constexpr std::uint32_t kCacheWays = 4;

inline std::uint32_t cache_place(const ThreadState& thread, const Acquisition* outer,
                                 std::uintptr_t address, std::uint64_t site) {
  const std::uint64_t mixed =
      (address >> 3) ^ (address >> 12) ^ site ^ (reinterpret_cast<std::uintptr_t>(outer) >> 6);
  return static_cast<std::uint32_t>(mixed) & (thread.cache_entries - 1);
}

inline Acquisition* known_acquisition(const ThreadState& thread, const AcquisitionKey& key) {
  const std::uint32_t place = cache_place(thread, key.outer, key.address, key.site);
  for (std::uint32_t way = 0; way < kCacheWays; ++way) {
    Acquisition* node = thread.cache[place ^ way];
    if (is_node_for(node, key)) [[likely]]
      return node;
    if (node == nullptr) break;
  }
  return nullptr;
}
void remember_acquisition(ThreadState& thread, Acquisition& node);

// A new segment begins (after a creation or a join): known acquisitions are to be observed again.
void begin_segment(ThreadState& thread);
void forget_known_acquisitions(ThreadState& thread);

// The signal, not one that its own instruction caused, whose handler the calling thread runs; 0: none.
int signal_being_handled(const ThreadState& thread);

void for_each_thread_lock(LockVisitor visit);
void keep_only_current_after_fork();

}  // namespace lockweave::core
