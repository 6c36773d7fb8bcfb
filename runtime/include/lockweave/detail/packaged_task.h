// lockweave/detail/packaged_task.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// packaged_task; see lockweave/future.h.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

#include "lockweave/detail/future_types.h"

namespace lockweave {

namespace detail {

// Like std::function, but the callable need not be copyable.
template <class R, class... Args>
struct task_function {
  virtual ~task_function() = default;
  virtual R call(Args... args) = 0;
};

template <class F, class R, class... Args>
struct task_function_of final : task_function<R, Args...> {
  template <class G>
  explicit task_function_of(std::in_place_t, G&& callable) : function(std::forward<G>(callable)) {}
  R call(Args... args) override {
    if constexpr (std::is_void_v<R>) {
      std::invoke(function, std::forward<Args>(args)...);
    } else {
      return std::invoke(function, std::forward<Args>(args)...);
    }
  }
  F function;
};

template <class>
struct call_signature;
template <class R, class C, bool kNoexcept, class... Args>
struct call_signature<R (C::*)(Args...) noexcept(kNoexcept)> {
  using type = R(Args...);
};
template <class R, class C, bool kNoexcept, class... Args>
struct call_signature<R (C::*)(Args...) const noexcept(kNoexcept)> {
  using type = R(Args...);
};
template <class R, class C, bool kNoexcept, class... Args>
struct call_signature<R (C::*)(Args...)& noexcept(kNoexcept)> {
  using type = R(Args...);
};
template <class R, class C, bool kNoexcept, class... Args>
struct call_signature<R (C::*)(Args...) const& noexcept(kNoexcept)> {
  using type = R(Args...);
};

}  // namespace detail

template <class>
class packaged_task;

template <class R, class... Args>
class packaged_task<R(Args...)> {
 public:
  packaged_task() noexcept = default;
  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, packaged_task> &&
                                              std::is_invocable_r_v<R, std::decay_t<F>&, Args...>>>
  explicit packaged_task(F&& function)
      : function_(std::make_unique<detail::task_function_of<std::decay_t<F>, R, Args...>>(
            std::in_place, std::forward<F>(function))),
        state_(std::make_shared<detail::future_state<R>>()) {}
  packaged_task(packaged_task&&) noexcept = default;
  LOCKWEAVE_ALWAYS_INLINE packaged_task& operator=(packaged_task&& other) noexcept {
    packaged_task(std::move(other)).swap(*this);
    return *this;
  }
  LOCKWEAVE_ALWAYS_INLINE ~packaged_task() { abandon(); }

  bool valid() const noexcept { return state_ != nullptr; }
  void swap(packaged_task& other) noexcept {
    function_.swap(other.function_);
    state_.swap(other.state_);
  }
  future<R> get_future() { return detail::future_access::get(state_); }

  // Does nothing if the future was cancelled.
  LOCKWEAVE_ALWAYS_INLINE void operator()(Args... args) {
    detail::at_call_site([&](const void* pc) {
      const std::shared_ptr<detail::future_state<R>> keep = state();
      keep->work_satisfy([&] { run(*keep, std::forward<Args>(args)...); }, pc);
    });
  }
  LOCKWEAVE_ALWAYS_INLINE void make_ready_at_thread_exit(Args... args) {
    detail::at_call_site([&](const void* pc) {
      const std::shared_ptr<detail::future_state<R>> keep = state();
      const bool claimed = keep->work_claim_with([&] { run(*keep, std::forward<Args>(args)...); });
      if (claimed) detail::exit_list::add(keep, pc);
    });
  }
  // As its future's.
  LOCKWEAVE_ALWAYS_INLINE bool cancel() {
    return detail::at_call_site([this](const void* pc) { return state()->cancel(pc); });
  }
  // The same function with a new, empty result. The old future gets broken_promise if unsatisfied.
  LOCKWEAVE_ALWAYS_INLINE void reset() {
    if (!valid()) detail::raise_future_error(std::future_errc::no_state);
    auto fresh = std::make_shared<detail::future_state<R>>();
    abandon();
    state_ = std::move(fresh);
  }

 private:
  void run(detail::future_state<R>& to, Args... args) {
    to.keep_outcome([&]() -> R { return function_->call(std::forward<Args>(args)...); });
  }
  const std::shared_ptr<detail::future_state<R>>& state() const {
    if (state_ == nullptr) detail::raise_future_error(std::future_errc::no_state);
    return state_;
  }
  LOCKWEAVE_ALWAYS_INLINE void abandon() noexcept {
    if (state_ == nullptr || state_.use_count() == 1) return;
    detail::at_call_site([this](const void* pc) { state_->abandon(pc); });
  }

  std::unique_ptr<detail::task_function<R, Args...>> function_;
  std::shared_ptr<detail::future_state<R>> state_;
};

template <class R, class... Args>
packaged_task(R (*)(Args...)) -> packaged_task<R(Args...)>;
template <class F, class Call = decltype(&F::operator())>
packaged_task(F) -> packaged_task<typename detail::call_signature<Call>::type>;

template <class R, class... Args>
void swap(packaged_task<R(Args...)>& a, packaged_task<R(Args...)>& b) noexcept {
  a.swap(b);
}

}  // namespace lockweave
