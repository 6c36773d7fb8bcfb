// lockweave/spin_mutex.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// spin_mutex: a Lockable that spins, then yields, and never sleeps in the kernel. For critical
// sections of a few instructions, with no more running threads than processors; else use mutex.
//
// Not recursive, not fair. Thread-safety: as std::mutex. Size: one byte.
// Cost without the runtime: an atomic exchange, a load and a test; unlock: a store, the same.
#pragma once

#include <sched.h>

#include <atomic>

#include "lockweave/detail/operation.h"

namespace lockweave {

class spin_mutex {
 public:
  LOCKWEAVE_ALWAYS_INLINE constexpr spin_mutex() noexcept {
    if (!__builtin_is_constant_evaluated()) detail::object_begin(this, LW_SPINLOCK);
  }
  LOCKWEAVE_ALWAYS_INLINE explicit spin_mutex(const char* name) noexcept {
    detail::object_begin(this, LW_SPINLOCK, name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~spin_mutex() { detail::object_end(this, LW_SPINLOCK); }
  spin_mutex(const spin_mutex&) = delete;
  spin_mutex& operator=(const spin_mutex&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void lock() noexcept {
    if (detail::observed()) {
      detail::at_call_site([this](const void* pc) { seen_lock(pc); });
    } else if (!take()) {
      spin();
    }
  }
  LOCKWEAVE_ALWAYS_INLINE bool try_lock() noexcept {
    if (!detail::observed()) return take();
    return detail::at_call_site([this](const void* pc) {
      const detail::operation op(this);
      const bool taken = take();
      if (taken) op.acquired(this, LW_SPINLOCK, LW_TRY, pc);
      return taken;
    });
  }
  LOCKWEAVE_ALWAYS_INLINE void unlock() noexcept {
    if (!detail::observed()) {
      give_back();
      return;
    }
    detail::at_call_site([this](const void* pc) {
      const detail::operation op(this);
      if (!op.release(this, LW_SPINLOCK, pc)) tell_not_held(op, pc);
      give_back();
    });
  }

 private:
  static constexpr int kSpinsBeforeYield = 64;

  void tell_not_held(const detail::operation& op, const void* pc) noexcept {
    const bool taken = taken_.load(std::memory_order_relaxed);
    if (taken && op.held_by_others(this) == 0) return;  // its own, taken unseen
    op.release_not_held(this, LW_SPINLOCK, taken, pc);
  }
  bool take() noexcept { return !taken_.exchange(true, std::memory_order_acquire); }
  void give_back() noexcept { taken_.store(false, std::memory_order_release); }

  LOCKWEAVE_NOINLINE void spin() noexcept {
    for (int spins = 0;; ++spins) {
      // Reads only, so that waiting threads do not steal the cache line from the owner.
      if (!taken_.load(std::memory_order_relaxed) && take()) return;
      if (spins < kSpinsBeforeYield) {
        pause();
      } else {
        sched_yield();
      }
    }
  }
  static void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
  }

  void seen_lock(const void* pc) noexcept {
    const detail::operation op(this);
    if (!take()) {
      const detail::blocked wait(op, {this, LW_SPINLOCK}, pc);
      spin();
    }
    op.acquired(this, LW_SPINLOCK, LW_EXCLUSIVE, pc);
  }

  std::atomic<bool> taken_{false};
};

}  // namespace lockweave
