// lockweave/barrier.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// barrier: std's type with completion function, its waits published to the runtime.
// The completion function runs in the thread that arrives last, in the open: locks it takes are
// seen; nothing of the barrier is locked meanwhile.
// Differences from std: a constructor with a name, see mutex.h; available from C++17.
// Order: the completion function comes after all arrivals of its phase, whoever goes on after it. The
// arrivals have a place of their own to hand over, &missing_: one for the next phase is no part of it.
// Cost: a mutex and a condition variable inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"

namespace lockweave {

namespace detail {
struct no_completion {
  void operator()() noexcept {}
};
}  // namespace detail

template <class CompletionFunction = detail::no_completion>
class barrier {
  static_assert(std::is_nothrow_invocable_v<CompletionFunction&>,
                "the completion function must not throw");

 public:
  class arrival_token {
   public:
    arrival_token(arrival_token&&) = default;
    arrival_token& operator=(arrival_token&&) = default;

   private:
    friend class barrier;
    explicit arrival_token(std::uint64_t phase) noexcept : phase_(phase) {}
    std::uint64_t phase_;
  };

  static constexpr std::ptrdiff_t max() noexcept {
    return std::numeric_limits<std::ptrdiff_t>::max();
  }

  LOCKWEAVE_ALWAYS_INLINE constexpr explicit barrier(
      std::ptrdiff_t expected, CompletionFunction completion = CompletionFunction())
      : completion_(std::move(completion)), expected_(expected), missing_(expected) {
    if (!__builtin_is_constant_evaluated()) detail::object_begin(this, LW_BARRIER);
  }
  LOCKWEAVE_ALWAYS_INLINE barrier(std::ptrdiff_t expected, CompletionFunction completion,
                                  const char* name)
      : completion_(std::move(completion)), expected_(expected), missing_(expected) {
    detail::object_begin(this, LW_BARRIER, name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~barrier() { detail::object_end(this, LW_BARRIER); }
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;

  // Requires: 0 < update <= arrivals that the current phase still lacks
  [[nodiscard]] LOCKWEAVE_ALWAYS_INLINE arrival_token arrive(std::ptrdiff_t update = 1) {
    return detail::at_call_site([this, update](const void* pc) {
      return arrive_seen({update, 0}, pc);
    });
  }
  LOCKWEAVE_ALWAYS_INLINE void wait(arrival_token&& arrival) const {
    detail::at_call_site([&](const void* pc) { sleep(arrival, pc); });
  }
  LOCKWEAVE_ALWAYS_INLINE void arrive_and_wait() {
    detail::at_call_site([this](const void* pc) {
      const arrival_token arrival = arrive_seen({1, 0}, pc);
      sleep(arrival, pc);
    });
  }
  LOCKWEAVE_ALWAYS_INLINE void arrive_and_drop() {
    detail::at_call_site([this](const void* pc) { static_cast<void>(arrive_seen({1, 1}, pc)); });
  }

 private:
  struct arrivals {
    std::ptrdiff_t now;
    std::ptrdiff_t dropped;  // from all later phases
  };

  arrival_token arrive_seen(const arrivals& added, const void* pc) {
    std::uint64_t phase = 0;
    {
      const detail::operation op(this);
      const detail::hidden_lock guard(mutex_);
      phase = phase_;
      expected_ -= added.dropped;
      missing_ -= added.now;
      op.order_release(&missing_, LW_BARRIER);
      if (missing_ != 0) return arrival_token(phase);
      op.order_acquire(&missing_);
    }
    completion_();  // all have arrived: nobody else touches the barrier until the phase ends
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    op.notify(this, LW_BARRIER, true, pc);
    missing_ = expected_;
    ++phase_;
    phase_ended_.notify_all();
    return arrival_token(phase);
  }

  void sleep(const arrival_token& arrival, const void* pc) const {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    phase_ended_.wait(mutex_, {op, {this, LW_BARRIER}, pc},
                      [&] { return phase_ != arrival.phase_; });
    op.order_acquire(this);
  }

  CompletionFunction completion_;

  // guarded by mutex_
  std::ptrdiff_t expected_;  // arrivals that end each later phase
  std::ptrdiff_t missing_;   // arrivals that the current phase still lacks
  std::uint64_t phase_ = 0;

  mutable detail::hidden_mutex mutex_;
  mutable detail::hidden_condition phase_ended_;
};

}  // namespace lockweave
