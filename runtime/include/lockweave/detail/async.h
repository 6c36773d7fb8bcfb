// lockweave/detail/async.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// async; see lockweave/future.h.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include "lockweave/detail/future_types.h"
#include "lockweave/thread.h"

namespace lockweave {

namespace detail {

template <class F, class... Args>
using async_result = std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>;

// Runs the call in a thread of its own, or in the first thread that waits for it.
// The last owner's end waits for the thread. The thread does not own the state, so it is never the
// last owner itself.
template <class R, class... Parts>
class async_state final : public future_state<R> {
 public:
  template <class... Values>
  explicit async_state(std::in_place_t, Values&&... values)
      : parts_(std::forward<Values>(values)...) {}
  ~async_state() override {
    if (thread_.joinable()) thread_.join();
  }

  // Until this succeeds the call is deferred. Errors: std::system_error.
  void start_thread() {
    waits_for_caller_ = false;
    try {
      thread_ = thread([this] { at_call_site([this](const void* pc) { run(pc); }); });
    } catch (...) {
      waits_for_caller_ = true;
      throw;
    }
  }

 protected:
  void run_deferred(const void* pc) override {
    if (waits_for_caller_.load() && waits_for_caller_.exchange(false)) run(pc);
  }
  bool is_deferred() const noexcept override { return waits_for_caller_.load(); }

 private:
  void run(const void* pc) {
    this->work_satisfy([this] { this->keep_outcome([this]() -> R { return call(); }); }, pc);
  }
  R call() {
    return std::apply([](auto&... part) -> R { return std::invoke(std::move(part)...); }, parts_);
  }

  std::tuple<Parts...> parts_;  // the callable and its arguments
  std::atomic<bool> waits_for_caller_{true};
  thread thread_;
};

inline bool includes(std::launch policy, std::launch wanted) noexcept {
  return (policy & wanted) == wanted;
}

}  // namespace detail

// Errors: std::system_error when a thread is demanded and cannot be started.
template <class F, class... Args>
[[nodiscard]] future<detail::async_result<F, Args...>> async(std::launch policy, F&& function,
                                                             Args&&... args) {
  using result = detail::async_result<F, Args...>;
  const auto state =
      std::make_shared<detail::async_state<result, std::decay_t<F>, std::decay_t<Args>...>>(
          std::in_place, std::forward<F>(function), std::forward<Args>(args)...);
  if (detail::includes(policy, std::launch::async)) {
    try {
      state->start_thread();
    } catch (const std::system_error&) {
      if (!detail::includes(policy, std::launch::deferred)) throw;
    }
  }
  return detail::future_access::get<result>(state);
}

template <class F, class... Args,
          class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, std::launch>>>
[[nodiscard]] future<detail::async_result<F, Args...>> async(F&& function, Args&&... args) {
  return lockweave::async(std::launch::async | std::launch::deferred, std::forward<F>(function),
                          std::forward<Args>(args)...);
}

}  // namespace lockweave
