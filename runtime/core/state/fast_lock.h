// runtime/core/state/fast_lock.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inlined path of what programs do most: lock and unlock of an uncontended lock on an acquisition
// this thread has made before. The held chain is pushed with one probe; glibc's mutexes of the four plain
// types are taken with one compare-and-swap on glibc's word, as glibc does, and other locks by the real
// try function. Anything else (contended, robust, priority-inheriting or shared mutexes, unknown nesting,
// an operation already open) is refused and takes the general path. This is the one header of core that
// a front-end includes.
//
// Source: nptl/pthread_mutex_lock.c: __lock 0 -> 1, __owner = kernel id, ++__nusers, of recursive ones
// __count = 1; unlock stores them back and wakes one sleeper if __lock was 2. Used only when the next
// pthread_mutex_lock in line is glibc's (front-end's business).
// Signal handlers: `tls.idle` is nullptr while the chain changes, so what a handler does passes by.
//
// Closing the path while threads are inside it: whoever closes it does so before acquisitions are wanted
// by anybody, and an acquisition looks again after it has the lock. If it came after a release that was
// told, the lock has carried the news that the path is closed, and the acquisition is told late; else
// there is nothing that it could have told. A release by a thread that does not know yet comes after no
// told event of this thread, nor of any that it has learnt of.
#pragma once

#include <pthread.h>

#include <atomic>

#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/site_key.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {

// Why every lock takes the general path; 0: it need not.
enum FastPathClosed : unsigned {
  kNotGlibcs = 1,   // another library wraps the mutex functions; until the front-end knows better
  kControlled = 2,  // somebody wants to hear of each operation
  kWatched = 4,     // acquisitions and releases are wanted
};
extern constinit std::atomic<unsigned> fast_path_closed;

inline void close_fast_path(FastPathClosed why) {
  fast_path_closed.fetch_or(why, std::memory_order_seq_cst);
}
inline void open_fast_path(FastPathClosed why) {
  fast_path_closed.fetch_and(~unsigned{why}, std::memory_order_seq_cst);
}
inline bool fast_path_open() { return fast_path_closed.load(std::memory_order_relaxed) == 0; }

// The path was closed while `thread` acquired: tells it, and ends the operation.
void tell_acquired_late(ThreadState& thread, const Acquisition& node);

inline std::atomic<int>& lock_word(pthread_mutex_t* mutex) {
  return *reinterpret_cast<std::atomic<int>*>(&mutex->__data.__lock);
}

// Requires: tls.idle == &thread. What happens in its life is one operation, which no handler sees.
class FastOperation {
 public:
  explicit FastOperation(ThreadState& thread) : thread_(thread) {
    tls.idle = nullptr;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~FastOperation() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    tls.idle = &thread_;
  }
  FastOperation(const FastOperation&) = delete;
  FastOperation& operator=(const FastOperation&) = delete;

 private:
  ThreadState& thread_;
};

// True: `take(thread)` has taken the lock at `address`, and the calling thread holds it in its chain.
template <int kFlags, class Take>
__attribute__((always_inline)) inline bool fast_acquire(std::uintptr_t address, const void* pc,
                                                        Take take) {
  ThreadState* thread = tls.idle;
  if (thread == nullptr || !fast_path_open()) return false;
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (frame > thread->lowest_stack_object.load(std::memory_order_relaxed)) return false;
  if (is_framed(pc)) return false;
  const AcquisitionKey key{thread->top, address, reinterpret_cast<std::uint64_t>(pc), kFlags};
  Acquisition* node = known_acquisition(*thread, key);
  const std::uint32_t depth = thread->depth.load(std::memory_order_relaxed);
  if (node == nullptr || depth == thread->held_room) return false;
  tls.idle =
      nullptr;  // no FastOperation: the late telling ends it, and nothing is kept across that call
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (!take(*thread)) {
    tls.idle = thread;
    return false;
  }
  thread->held.load(std::memory_order_relaxed)[depth] = {node, 1};
  thread->top = node;
  thread->depth.store(depth + 1, std::memory_order_release);
  ++thread->operations;
  if (!fast_path_open()) [[unlikely]] {
    tell_acquired_late(*thread, *node);
    return true;
  }
  std::atomic_signal_fence(std::memory_order_seq_cst);
  tls.idle = thread;
  return true;
}

// The calling thread's state if the lock at `address` is its innermost held one; else nullptr.
__attribute__((always_inline)) inline ThreadState* holds_innermost(std::uintptr_t address) {
  ThreadState* thread = tls.idle;
  if (thread == nullptr || !fast_path_open() || thread->top == nullptr) return nullptr;
  const Acquisition& top = *thread->top;
  const bool is_it = top.address.load(std::memory_order_relaxed) == address;
  return is_it && (top.flags & kTakenAgain) == 0 ? thread : nullptr;
}

inline Held& innermost_held(const ThreadState& thread) {
  return entries(thread)[thread.depth.load(std::memory_order_relaxed) - 1];
}

// Takes the innermost entry out; the lock itself is the caller's to give back.
__attribute__((always_inline)) inline void pop_innermost(ThreadState& thread) {
  const FastOperation operation(thread);
  thread.top = thread.top->outer;
  thread.depth.store(thread.depth.load(std::memory_order_relaxed) - 1, std::memory_order_release);
  ++thread.operations;
}

inline bool is_plain_kind(const pthread_mutex_t* mutex) {
  constexpr unsigned kMost = PTHREAD_MUTEX_ADAPTIVE_NP;  // normal, recursive, error-checking
  return static_cast<unsigned>(mutex->__data.__kind) <= kMost;
}

// A recursive mutex that the calling thread holds innermost, once more, or once less.
inline bool fast_relock(pthread_mutex_t* mutex) {
  ThreadState* thread = holds_innermost(reinterpret_cast<std::uintptr_t>(mutex));
  if (thread == nullptr || mutex->__data.__count == ~0U) return false;
  const FastOperation operation(*thread);
  ++mutex->__data.__count;
  ++innermost_held(*thread).count;
  ++thread->operations;
  return true;
}
inline bool fast_unlock_once(pthread_mutex_t* mutex, ThreadState& thread) {
  if (innermost_held(thread).count < 2) return false;
  const FastOperation operation(thread);
  --mutex->__data.__count;
  --innermost_held(thread).count;
  ++thread.operations;
  return true;
}

inline bool is_owner(const pthread_mutex_t* mutex, const ThreadState& thread) {
  return mutex->__data.__owner == thread.tid.load(std::memory_order_relaxed);
}

// True: the calling thread now owns the mutex and holds it in its chain.
template <int kFlags>
__attribute__((always_inline)) inline bool fast_lock(pthread_mutex_t* mutex, const void* pc) {
  if (!is_plain_kind(mutex)) return false;
  const bool recursive = mutex->__data.__kind == PTHREAD_MUTEX_RECURSIVE_NP;
  if (recursive && tls.idle != nullptr && is_owner(mutex, *tls.idle)) return fast_relock(mutex);
  const auto address = reinterpret_cast<std::uintptr_t>(mutex);
  return fast_acquire<kFlags>(address, pc, [mutex, recursive](const ThreadState& thread) {
    int expected = 0;
    if (!lock_word(mutex).compare_exchange_strong(expected, 1, std::memory_order_acquire,
                                                  std::memory_order_relaxed)) {
      return false;
    }
    mutex->__data.__owner = thread.tid.load(std::memory_order_relaxed);
    ++mutex->__data.__nusers;
    if (recursive) mutex->__data.__count = 1;
    return true;
  });
}

// True: the mutex was the calling thread's innermost held lock and is free now, or held once less.
__attribute__((always_inline)) inline bool fast_unlock(pthread_mutex_t* mutex) {
  if (!is_plain_kind(mutex)) return false;
  ThreadState* thread = holds_innermost(reinterpret_cast<std::uintptr_t>(mutex));
  if (thread == nullptr || !is_owner(mutex, *thread)) return false;
  if (mutex->__data.__kind == PTHREAD_MUTEX_RECURSIVE_NP) {
    if (mutex->__data.__count > 1) return fast_unlock_once(mutex, *thread);
    if (innermost_held(*thread).count != 1) return false;
    mutex->__data.__count = 0;
  }
  pop_innermost(*thread);
  mutex->__data.__owner = 0;
  --mutex->__data.__nusers;
  if (lock_word(mutex).exchange(0, std::memory_order_release) > 1) [[unlikely]] {
    os::futex_wake(&lock_word(mutex), 1);
  }
  return true;
}

}  // namespace lockweave::core
