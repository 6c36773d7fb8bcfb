// lockweave/latch.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// latch: std's type, its waits published to the runtime. The counter reaches zero once, for ever.
// Differences from std: a constructor with a name, see mutex.h; available from C++17.
// Order: whoever has seen the counter at zero comes after every count_down.
// Cost: a mutex and a condition variable inside.
#pragma once

#include <cstddef>
#include <limits>

#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"

namespace lockweave {

class latch {
 public:
  static constexpr std::ptrdiff_t max() noexcept {
    return std::numeric_limits<std::ptrdiff_t>::max();
  }

  LOCKWEAVE_ALWAYS_INLINE constexpr explicit latch(std::ptrdiff_t expected) noexcept
      : count_(expected) {
    if (!__builtin_is_constant_evaluated()) detail::object_begin(this, LW_LATCH);
  }
  LOCKWEAVE_ALWAYS_INLINE latch(std::ptrdiff_t expected, const char* name) noexcept
      : count_(expected) {
    detail::object_begin(this, LW_LATCH, name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~latch() { detail::object_end(this, LW_LATCH); }
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;

  // Requires: 0 <= update <= counter
  LOCKWEAVE_ALWAYS_INLINE void count_down(std::ptrdiff_t update = 1) {
    detail::at_call_site([this, update](const void* pc) {
      const detail::operation op(this);
      const detail::hidden_lock guard(mutex_);
      subtract(op, update, pc);
    });
  }
  bool try_wait() const noexcept {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    if (count_ != 0) return false;
    op.order_acquire(this);
    return true;
  }
  LOCKWEAVE_ALWAYS_INLINE void wait() const {
    detail::at_call_site([this](const void* pc) {
      const detail::operation op(this);
      const detail::hidden_lock guard(mutex_);
      sleep(op, pc);
    });
  }
  LOCKWEAVE_ALWAYS_INLINE void arrive_and_wait(std::ptrdiff_t update = 1) {
    detail::at_call_site([this, update](const void* pc) {
      const detail::operation op(this);
      const detail::hidden_lock guard(mutex_);
      subtract(op, update, pc);
      sleep(op, pc);
    });
  }

 private:
  // Both require that mutex_ is held.
  void subtract(const detail::operation& op, std::ptrdiff_t update, const void* pc) {
    if (count_ != update) op.order_release(this, LW_LATCH);
    if (count_ == update && update != 0) op.notify(this, LW_LATCH, true, pc);
    count_ -= update;
    if (count_ == 0) zero_.notify_all();
  }
  void sleep(const detail::operation& op, const void* pc) const {
    zero_.wait(mutex_, {op, {this, LW_LATCH}, pc}, [this] { return count_ == 0; });
    op.order_acquire(this);
  }

  std::ptrdiff_t count_;  // guarded by mutex_
  mutable detail::hidden_mutex mutex_;
  mutable detail::hidden_condition zero_;
};

}  // namespace lockweave
