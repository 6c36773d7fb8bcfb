// runtime/core/state/thread_registry.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files share that know all threads: thread_state.cc (the beginning), thread_life.cc (the end of a
// state's life, and its next one), thread_join.cc, thread_lookup.cc, thread_fork.cc. Nobody else includes
// it. What is declared below `registry` expects its lock to be held.
#pragma once

#include "runtime/core/base/raw_lock.h"
#include "runtime/core/state/chains.h"
#include "runtime/core/state/thread_stacks.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core::threads {

inline constexpr std::size_t kChains = 1 << 13;
inline constexpr std::uint32_t kFactsInChunk = 1024;

struct FactChunk {
  FactChunk* next = nullptr;
  std::uint32_t count = 0;
  ThreadFact at[kFactsInChunk] = {};
};

// A thread that was detached before it has told its handle.
struct EarlyDetached {
  EarlyDetached* next;
  pthread_t handle;
};

struct Registry {
  RawLock lock;
  std::atomic<ThreadState*> newest{nullptr};
  std::atomic<ThreadState*> newest_live{nullptr};
  std::atomic<std::uint32_t> live{0};
  std::atomic<std::uint32_t> unstarted{0};  // created, or about to be, and not yet running
  Id count = 0;
  Chains<ThreadState, &ThreadState::next_with_id, kChains> by_id;
  Chains<ThreadState, &ThreadState::next_with_handle, kChains> by_handle;
  Chains<ThreadState, &ThreadState::next_with_tid, kChains> by_tid;
  Acquisition** spare_caches = nullptr;  // list through the first slot
  ThreadState* oldest_retired = nullptr;
  ThreadState* newest_retired = nullptr;
  std::uint32_t retired = 0;
  std::atomic<ThreadState*> newest_lost{nullptr};
  FactChunk* facts = nullptr;  // of observed threads whose state is another's by now
  EarlyDetached* early_detached = nullptr;
  std::uint32_t unannounced = 0;  // threads so far
};
extern constinit Registry registry;
extern constinit ThreadStacks stacks;

// glibc's handles are addresses in pages of their own.
inline std::size_t hash_of(pthread_t handle) {
  return static_cast<std::size_t>(handle >> 12U) * 31;
}
inline std::size_t hash_of(int tid) { return static_cast<unsigned>(tid); }

inline ThreadState* find_handle(pthread_t handle) {
  return registry.by_handle.find(hash_of(handle), [handle](const ThreadState& state) {
    return pthread_equal(state.handle.load(std::memory_order_relaxed), handle) != 0;
  });
}
inline ThreadState* parent_of(const ThreadState& state) {
  return thread_by_id(state.origin.load(std::memory_order_relaxed).parent);
}

Acquisition** take_cache();
void put_back_cache(Acquisition** cache);
void give_up_cache(ThreadState& thread);

void list_live(ThreadState& state);
void bind_to_calling_thread(ThreadState& state);
void unpin(ThreadState& state);
void unlist_handle(ThreadState& state);
void end_of_naming(ThreadState& state);
void mark_finished(ThreadState& state);
// Its handle is known now. A former thread with the same handle is over; if its end was not seen, it
// has ended all the same.
void list_handle(ThreadState& state);
// The oldest state that nobody needs, as if it were new; nullptr: there is none. The objects on its former
// stack are to be ended when the lock is free (end_stack_objects).
ThreadState* take_retired();
ThreadState* make_state();
bool was_detached_early(pthread_t handle);
// One that was created runs, or never will. Handles of threads that are not followed are not kept for ever.
void one_more_started();

}  // namespace lockweave::core::threads
