// lockweave/detail/future_types.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// future and shared_future; see lockweave/future.h.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

#include "lockweave/detail/future_state.h"

namespace lockweave {

template <class R>
class shared_future;

namespace detail {

template <class R>
class future_base {
 public:
  bool valid() const noexcept { return state_ != nullptr; }

  // As Python's futures have them, none of which waits. Work runs from its beginning on, is done when
  // its result is there, and can be cancelled before it begins: then it never does, and get() throws
  // future_cancelled.
  bool running() const { return state().is_running(); }
  bool done() const { return state().is_ready(); }
  bool cancelled() const { return state().is_cancelled(); }
  // Is it cancelled now?
  LOCKWEAVE_ALWAYS_INLINE bool cancel() const {
    return at_call_site([this](const void* pc) { return state().cancel(pc); });
  }
  // Calls it once the work is done, in the thread that does it, or here if it is done. It must not
  // throw: that ends the program.
  void add_done_callback(std::function<void()> callback) const {
    state().when_ready(std::move(callback));
  }

  LOCKWEAVE_ALWAYS_INLINE void wait() const {
    at_call_site([this](const void* pc) { state().wait(pc); });
  }
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE std::future_status wait_for(
      const std::chrono::duration<Rep, Period>& from_now) const {
    return wait_until(steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE std::future_status wait_until(
      const std::chrono::time_point<Clock, Duration>& at) const {
    return at_call_site([&](const void* pc) { return state().wait_until(at, pc); });
  }

 protected:
  future_base() noexcept = default;
  explicit future_base(std::shared_ptr<future_state<R>> state) noexcept
      : state_(std::move(state)) {}

  future_state<R>& state() const {
    if (state_ == nullptr) raise_future_error(std::future_errc::no_state);
    return *state_;
  }

  std::shared_ptr<future_state<R>> state_;
};

struct future_access;  // makes futures from states

}  // namespace detail

template <class R>
class future : public detail::future_base<R> {
 public:
  future() noexcept = default;
  future(future&&) noexcept = default;
  future(const future&) = delete;
  future& operator=(future&& other) noexcept {
    future(std::move(other)).state_.swap(this->state_);
    return *this;
  }
  future& operator=(const future&) = delete;

  // Afterwards valid() is false.
  LOCKWEAVE_ALWAYS_INLINE R get() {
    this->wait();
    const std::shared_ptr<detail::future_state<R>> state = std::move(this->state_);
    if constexpr (std::is_void_v<R>) {
      state->result();
    } else if constexpr (std::is_reference_v<R>) {
      return *state->result();
    } else {
      return std::move(state->result());
    }
  }
  shared_future<R> share() noexcept { return shared_future<R>(std::move(*this)); }

 private:
  friend struct detail::future_access;
  friend class shared_future<R>;
  using detail::future_base<R>::future_base;
};

template <class R>
class shared_future : public detail::future_base<R> {
 public:
  shared_future() noexcept = default;
  shared_future(const shared_future&) noexcept = default;
  shared_future(shared_future&&) noexcept = default;
  shared_future(future<R>&& other) noexcept  // NOLINT: implicit as in std
      : detail::future_base<R>(std::move(other.state_)) {}
  shared_future& operator=(const shared_future&) noexcept = default;
  shared_future& operator=(shared_future&&) noexcept = default;

  // A value by const reference, a reference as such, or nothing.
  LOCKWEAVE_ALWAYS_INLINE decltype(auto) get() const {
    this->wait();
    if constexpr (std::is_void_v<R>) {
      this->state().result();
    } else if constexpr (std::is_reference_v<R>) {
      return static_cast<R>(*this->state().result());
    } else {
      return static_cast<const R&>(this->state().result());
    }
  }
};

struct detail::future_access {
  // Errors: future_already_retrieved, no_state.
  template <class R>
  static future<R> get(const std::shared_ptr<future_state<R>>& state) {
    if (state == nullptr) raise_future_error(std::future_errc::no_state);
    if (!state->hand_out()) raise_future_error(std::future_errc::future_already_retrieved);
    return future<R>(state);
  }
};

}  // namespace lockweave
