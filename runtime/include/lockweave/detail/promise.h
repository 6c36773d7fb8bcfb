// lockweave/detail/promise.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// promise; see lockweave/future.h.
#pragma once

#include <exception>
#include <future>
#include <memory>
#include <utility>

#include "lockweave/detail/future_types.h"

namespace lockweave {

namespace detail {

template <class R>
class promise_base {
 public:
  promise_base() : state_(std::make_shared<future_state<R>>()) {}
  template <class Allocator>
  promise_base(std::allocator_arg_t, const Allocator& allocator)
      : state_(std::allocate_shared<future_state<R>>(allocator)) {}
  promise_base(promise_base&&) noexcept = default;
  LOCKWEAVE_ALWAYS_INLINE promise_base& operator=(promise_base&& other) noexcept {
    promise_base(std::move(other)).state_.swap(state_);
    return *this;
  }
  LOCKWEAVE_ALWAYS_INLINE ~promise_base() { abandon(); }

  future<R> get_future() { return future_access::get(state_); }

  LOCKWEAVE_ALWAYS_INLINE void set_exception(std::exception_ptr error) {
    satisfy([&](future_state<R>& to) { to.store_exception(std::move(error)); });
  }
  LOCKWEAVE_ALWAYS_INLINE void set_exception_at_thread_exit(std::exception_ptr error) {
    satisfy_at_exit([&](future_state<R>& to) { to.store_exception(std::move(error)); });
  }

 protected:
  template <class Store>
  LOCKWEAVE_ALWAYS_INLINE void satisfy(Store store) {
    at_call_site([&](const void* pc) {
      const std::shared_ptr<future_state<R>> keep = state();  // the waiter may end the promise
      keep->satisfy([&] { store(*keep); }, pc);
    });
  }
  template <class Store>
  LOCKWEAVE_ALWAYS_INLINE void satisfy_at_exit(Store store) {
    at_call_site([&](const void* pc) {
      const std::shared_ptr<future_state<R>> keep = state();
      keep->claim_with([&] { store(*keep); });
      exit_list::add(keep, pc);
    });
  }
  void swap_state(promise_base& other) noexcept { state_.swap(other.state_); }

 private:
  LOCKWEAVE_ALWAYS_INLINE void abandon() noexcept {
    // Nobody waits, and nobody will, when no future holds the state.
    if (state_ == nullptr || state_.use_count() == 1) return;
    at_call_site([this](const void* pc) { state_->abandon(pc); });
  }
  const std::shared_ptr<future_state<R>>& state() const {
    if (state_ == nullptr) raise_future_error(std::future_errc::no_state);
    return state_;
  }

  std::shared_ptr<future_state<R>> state_;
};

}  // namespace detail

template <class R>
class promise : public detail::promise_base<R> {
 public:
  using detail::promise_base<R>::promise_base;
  void swap(promise& other) noexcept { this->swap_state(other); }

  LOCKWEAVE_ALWAYS_INLINE void set_value(const R& value) {
    this->satisfy([&](detail::future_state<R>& to) { to.store(value); });
  }
  LOCKWEAVE_ALWAYS_INLINE void set_value(R&& value) {
    this->satisfy([&](detail::future_state<R>& to) { to.store(std::move(value)); });
  }
  LOCKWEAVE_ALWAYS_INLINE void set_value_at_thread_exit(const R& value) {
    this->satisfy_at_exit([&](detail::future_state<R>& to) { to.store(value); });
  }
  LOCKWEAVE_ALWAYS_INLINE void set_value_at_thread_exit(R&& value) {
    this->satisfy_at_exit([&](detail::future_state<R>& to) { to.store(std::move(value)); });
  }
};

template <class R>
class promise<R&> : public detail::promise_base<R&> {
 public:
  using detail::promise_base<R&>::promise_base;
  void swap(promise& other) noexcept { this->swap_state(other); }

  LOCKWEAVE_ALWAYS_INLINE void set_value(R& value) {
    this->satisfy([&](detail::future_state<R&>& to) { to.store(value); });
  }
  LOCKWEAVE_ALWAYS_INLINE void set_value_at_thread_exit(R& value) {
    this->satisfy_at_exit([&](detail::future_state<R&>& to) { to.store(value); });
  }
};

template <>
class promise<void> : public detail::promise_base<void> {
 public:
  using detail::promise_base<void>::promise_base;
  void swap(promise& other) noexcept { this->swap_state(other); }

  LOCKWEAVE_ALWAYS_INLINE void set_value() {
    this->satisfy([](detail::future_state<void>& to) { to.store(); });
  }
  LOCKWEAVE_ALWAYS_INLINE void set_value_at_thread_exit() {
    this->satisfy_at_exit([](detail::future_state<void>& to) { to.store(); });
  }
};

template <class R>
void swap(promise<R>& a, promise<R>& b) noexcept {
  a.swap(b);
}

}  // namespace lockweave

template <class R, class Allocator>
struct std::uses_allocator<lockweave::promise<R>, Allocator> : std::true_type {};
