// lockweave/detail/semaphore_base.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all semaphores share: the count, the waits and the events. Private.
// A semaphore that was initialised by the compiler tells the runtime how many permits it began with
// at its first operation, since nothing ran before.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <limits>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"

namespace lockweave::detail {

class semaphore_base {
 public:
  semaphore_base(const semaphore_base&) = delete;
  semaphore_base& operator=(const semaphore_base&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void acquire() {
    at_call_site([this](const void* pc) {
      const operation op(this);
      const hidden_lock guard(mutex_);
      announce(op, pc);
      changed_.wait(mutex_, {op, {this, LW_SEMAPHORE}, pc}, [this] { return count_ > 0; });
      take(op, LW_EXCLUSIVE, pc);
    });
  }
  LOCKWEAVE_ALWAYS_INLINE bool try_acquire() noexcept {
    return at_call_site([this](const void* pc) {
      const operation op(this);
      const hidden_lock guard(mutex_);
      announce(op, pc);
      if (count_ == 0) return false;
      take(op, LW_TRY, pc);
      return true;
    });
  }
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool try_acquire_for(const std::chrono::duration<Rep, Period>& from_now) {
    return try_acquire_until(steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool try_acquire_until(
      const std::chrono::time_point<Clock, Duration>& at) {
    return at_call_site([&](const void* pc) {
      return attempt_until(at, [&](const deadline& until) { return take_until(until, pc); });
    });
  }

 protected:
  struct release_order {
    std::ptrdiff_t permits;
    std::ptrdiff_t bound;
    bool refuse;  // what exceeds the bound
  };

  LOCKWEAVE_ALWAYS_INLINE constexpr explicit semaphore_base(std::ptrdiff_t permits) noexcept
      : initial_(permits), count_(permits) {
    if (!__builtin_is_constant_evaluated()) begin(nullptr);
  }
  LOCKWEAVE_ALWAYS_INLINE semaphore_base(std::ptrdiff_t permits, const char* name) noexcept
      : initial_(permits), count_(permits) {
    begin(name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~semaphore_base() { object_end(this, LW_SEMAPHORE); }

  // Returns false when the order was refused.
  bool give(const release_order& order, const void* pc) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    announce(op, pc);
    if (order.permits > order.bound - count_) {
      op.misuse("semaphore-imbalance", "over-release", this, LW_SEMAPHORE, pc);
      if (order.refuse) return false;
    }
    if (order.permits <= 0) return true;
    tell_permits(op, order.permits, pc);
    count_ += order.permits;
    if (order.permits == 1) {
      changed_.notify_one();
    } else {
      changed_.notify_all();
    }
    return true;
  }

 private:
  LOCKWEAVE_ALWAYS_INLINE void begin(const char* name) noexcept {
    if (!observed()) return;
    at_call_site([this](const void* pc) {
      const operation op(this);
      announce(op, pc);
    });
    if (name != nullptr) lockweave_lw_name()(this, name);  // opens an operation of its own
  }
  // Requires: mutex_ is held, or nobody else knows the semaphore yet.
  void announce(const operation& op, const void* pc) noexcept {
    if (!op.seen() || announced_) return;
    announced_ = true;
    constexpr std::ptrdiff_t kMost = std::numeric_limits<int>::max();
    const auto permits = static_cast<unsigned>(initial_ < kMost ? initial_ : kMost);
    lockweave_lw_semaphore_begin()(this, permits, 0, pc);
  }
  // Requires: mutex_ is held and count_ > 0.
  void take(const operation& op, int flags, const void* pc) noexcept {
    --count_;
    if (op.seen()) lockweave_lw_permit_taken()(this, flags, pc);
  }
  // Each permit lets one waiter go on. So many that nobody can count them: all waiters.
  void tell_permits(const operation& op, std::ptrdiff_t permits, const void* pc) noexcept {
    constexpr std::ptrdiff_t kCounted = 1000;
    if (!op.seen()) return;
    for (std::ptrdiff_t i = 0; i < permits && i < kCounted; ++i) {
      lockweave_lw_permit_given()(this, pc);
      op.notify(this, LW_SEMAPHORE, false, pc);
    }
    if (permits > kCounted) op.notify(this, LW_SEMAPHORE, true, pc);
  }
  bool take_until(const deadline& until, const void* pc) {
    const operation op(this);
    const hidden_lock guard(mutex_);
    announce(op, pc);
    const published_wait as{op, {this, LW_SEMAPHORE, LW_TIMED}, pc};
    if (!changed_.wait_until(mutex_, until, as, [this] { return count_ > 0; })) return false;
    take(op, LW_TIMED, pc);
    return true;
  }

  const std::ptrdiff_t initial_;

  // guarded by mutex_
  std::ptrdiff_t count_;
  bool announced_ = false;

  hidden_mutex mutex_;
  hidden_condition changed_;
};

}  // namespace lockweave::detail
