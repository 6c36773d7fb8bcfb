// runtime/core/base/raw_lock.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lock of the runtime's own tables: a futex word, nothing of the program's or of libc's.
// Held for short, bounded work only; never while calling out. Not recursive.
// Signal handlers of the program do not run on a thread that holds one, or waits for one: they are
// deferred (deferred_signals.h), so nothing that a handler does can ask for a lock that its own thread
// holds, or leave with it. They run when the last lock is released, so `unlock` may not return: a handler
// may jump away or end its thread. What unlocks in a destructor must let that pass: noexcept(false).
// Source: Drepper, "Futexes Are Tricky", mutex no. 2.
#pragma once

#include <atomic>

#include "runtime/core/base/deferred_signals.h"
#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"

namespace lockweave::core {

class RawLock {
 public:
  constexpr RawLock() = default;

  void lock() {
    ++tls.raw_locks;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    int expected = 0;
    if (word_.compare_exchange_strong(expected, 1, std::memory_order_acquire)) return;
    while (word_.exchange(2, std::memory_order_acquire) != 0) os::futex_wait(&word_, 2);
  }
  void unlock() {
    if (word_.exchange(0, std::memory_order_release) == 2) os::futex_wake(&word_, 1);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    --tls.raw_locks;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (tls.deferred != 0 && tls.raw_locks == 0) [[unlikely]]
      deliver_deferred_signals();
  }
  // In a child of fork the threads that held it are gone; the calling one does not hold it.
  void reset_after_fork() { word_.store(0, std::memory_order_relaxed); }
  // There: what it guards was being changed by a thread that is gone.
  bool is_taken() const { return word_.load(std::memory_order_relaxed) != 0; }

 private:
  std::atomic<int> word_{0};  // 0 free, 1 taken, 2 taken and someone may sleep
};

// How a module shows its locks, outermost first, to what must hold all of them around a fork.
using LockVisitor = void (*)(RawLock& lock);

class RawGuard {
 public:
  explicit RawGuard(RawLock& lock) : lock_(lock) { lock_.lock(); }
  ~RawGuard() noexcept(false) { lock_.unlock(); }
  RawGuard(const RawGuard&) = delete;
  RawGuard& operator=(const RawGuard&) = delete;

 private:
  RawLock& lock_;
};

}  // namespace lockweave::core
