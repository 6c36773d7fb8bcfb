// runtime/core/state/fast_lock.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inlined path of what programs do most: lock and unlock of an uncontended normal mutex on an
// acquisition this thread has made before. No call leaves the library: glibc's word is taken with
// one compare-and-swap, as glibc's own normal mutex does, and the held chain is pushed with one
// probe. Anything else (contended, other types, unknown nesting, an operation already open) is
// refused and takes the general path. This is the one header of core that a front-end includes.
//
// Source: nptl/pthread_mutex_lock.c, case PTHREAD_MUTEX_TIMED_NP: __lock 0 -> 1, __owner = kernel
// id, ++__nusers; unlock stores them back and wakes one sleeper if __lock was 2. Used only when the
// next pthread_mutex_lock in line is glibc's (front-end's business).
// Signal handlers: `tls.idle` is nullptr while the chain changes, so what a handler does passes by.
#pragma once

#include <pthread.h>

#include <atomic>

#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/site_key.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {

// False: every lock takes the general path (another library wraps the mutex functions, or a
// controller wants to see each operation). The front-end opens it.
extern constinit std::atomic<bool> fast_locks_open;

inline bool is_node_for(const Acquisition* node, const AcquisitionKey& key) {
  return node != nullptr && node->address.load(std::memory_order_relaxed) == key.address &&
         node->outer == key.outer && node->site == key.site && node->flags == key.flags;
}

inline std::atomic<int>& lock_word(pthread_mutex_t* mutex) {
  return *reinterpret_cast<std::atomic<int>*>(&mutex->__data.__lock);
}

// True: the calling thread now owns the mutex and holds it in its chain.
__attribute__((always_inline)) inline bool fast_lock(pthread_mutex_t* mutex, const void* pc) {
  ThreadState* thread = tls.idle;
  if (thread == nullptr || !fast_locks_open.load(std::memory_order_relaxed)) return false;
  if (mutex->__data.__kind != PTHREAD_MUTEX_TIMED_NP) return false;
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (frame > thread->lowest_stack_object.load(std::memory_order_relaxed)) return false;
  if (is_framed(pc)) return false;
  const AcquisitionKey key{thread->top, reinterpret_cast<std::uintptr_t>(mutex),
                           reinterpret_cast<std::uint64_t>(pc), 0};
  Acquisition* node = cache_slot(*thread, key.outer, key.address, key.site);
  const std::uint32_t depth = thread->depth.load(std::memory_order_relaxed);
  if (!is_node_for(node, key) || depth == thread->held_capacity) return false;
  int expected = 0;
  if (!lock_word(mutex).compare_exchange_strong(expected, 1, std::memory_order_acquire,
                                                std::memory_order_relaxed)) {
    return false;
  }
  mutex->__data.__owner = thread->tid.load(std::memory_order_relaxed);
  ++mutex->__data.__nusers;
  tls.idle = nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  thread->held.load(std::memory_order_relaxed)[depth] = {node, 1};
  thread->top = node;
  thread->depth.store(depth + 1, std::memory_order_release);
  ++thread->operations;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  tls.idle = thread;
  return true;
}

// True: the mutex was the calling thread's innermost held lock and is free now.
__attribute__((always_inline)) inline bool fast_unlock(pthread_mutex_t* mutex) {
  ThreadState* thread = tls.idle;
  if (thread == nullptr || !fast_locks_open.load(std::memory_order_relaxed)) return false;
  if (mutex->__data.__kind != PTHREAD_MUTEX_TIMED_NP) return false;
  const Acquisition* top = thread->top;
  if (top == nullptr ||
      top->address.load(std::memory_order_relaxed) != reinterpret_cast<std::uintptr_t>(mutex) ||
      (top->flags & kTakenAgain) != 0) {
    return false;
  }
  if (mutex->__data.__owner != thread->tid.load(std::memory_order_relaxed)) return false;
  tls.idle = nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  thread->top = top->outer;
  // lockweave: ignore(atomic-check-then-act) only its own thread stores it
  thread->depth.store(thread->depth.load(std::memory_order_relaxed) - 1, std::memory_order_release);
  ++thread->operations;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  tls.idle = thread;
  mutex->__data.__owner = 0;
  --mutex->__data.__nusers;
  if (lock_word(mutex).exchange(0, std::memory_order_release) > 1) [[unlikely]] {
    os::futex_wake(&lock_word(mutex), 1);
  }
  return true;
}

}  // namespace lockweave::core
