// runtime/core/base/raw_lock.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lock of the runtime's own tables: a futex word, nothing of the program's or of libc's.
// Held for short, bounded work only; never while calling out. Not recursive.
// Source: Drepper, "Futexes Are Tricky", mutex no. 2.
#pragma once

#include <atomic>

#include "runtime/core/base/os.h"

namespace lockweave::core {

class RawLock {
 public:
  constexpr RawLock() = default;

  void lock() {
    int expected = 0;
    if (word_.compare_exchange_strong(expected, 1, std::memory_order_acquire)) return;
    while (word_.exchange(2, std::memory_order_acquire) != 0) os::futex_wait(&word_, 2);
  }
  void unlock() {
    if (word_.exchange(0, std::memory_order_release) == 2) os::futex_wake(&word_, 1);
  }
  // In a child of fork the threads that held it are gone.
  void reset_after_fork() { word_.store(0, std::memory_order_relaxed); }

 private:
  std::atomic<int> word_{0};  // 0 free, 1 taken, 2 taken and someone may sleep
};

// How a module shows its locks, outermost first, to what must hold all of them around a fork.
using LockVisitor = void (*)(RawLock& lock);

class RawGuard {
 public:
  explicit RawGuard(RawLock& lock) : lock_(lock) { lock_.lock(); }
  ~RawGuard() { lock_.unlock(); }
  RawGuard(const RawGuard&) = delete;
  RawGuard& operator=(const RawGuard&) = delete;

 private:
  RawLock& lock_;
};

}  // namespace lockweave::core
