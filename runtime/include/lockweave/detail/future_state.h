// lockweave/detail/future_state.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state that a promise and its futures share. Private; see lockweave/future.h.
//
// Life: empty -> claimed -> ready. Who claims stores the result and makes it ready, at once or when
// its thread ends. A claim whose result could not be stored (a throwing copy) is given up: empty.
// What is empty can be cancelled: the canceller claims it.
// Making it ready hands over, a wait that sees it ready takes over.
// The result is written by the claimer alone and read only after `ready`: it needs no lock.
#pragma once

#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"

namespace lockweave {

// The result of work that was cancelled before it began.
class future_cancelled : public std::runtime_error {
 public:
  future_cancelled() : std::runtime_error("the work was cancelled before it began") {}
};

}  // namespace lockweave

namespace lockweave::detail {

[[noreturn]] inline void raise_future_error(std::future_errc error) {
  raise(std::future_error(error));
}

class future_state_base {
 public:
  future_state_base() = default;
  future_state_base(const future_state_base&) = delete;
  future_state_base& operator=(const future_state_base&) = delete;
  virtual ~future_state_base() { object_end(this, LW_FUTURE); }

  // The first wait of a deferred function runs it, in the waiting thread, in the open.
  void wait(const void* pc) {
    run_deferred(pc);
    const operation op(this);
    const hidden_lock guard(mutex_);
    changed_.wait(mutex_, {op, {this, LW_FUTURE}, pc}, [this] { return status_ == status::ready; });
    op.order_acquire(this);
  }
  template <class Clock, class Duration>
  std::future_status wait_until(const std::chrono::time_point<Clock, Duration>& at,
                                const void* pc) {
    if (is_deferred() && !is_ready()) return std::future_status::deferred;
    const bool is_ready = attempt_until(at, [&](const deadline& until) {
      const operation op(this);
      const hidden_lock guard(mutex_);
      const bool over = changed_.wait_until(mutex_, until, {op, {this, LW_FUTURE, LW_TIMED}, pc},
                                            [this] { return status_ == status::ready; });
      if (over) op.order_acquire(this);
      return over;
    });
    return is_ready ? std::future_status::ready : std::future_status::timeout;
  }

  // Each throws promise_already_satisfied when a result is there or promised already.
  template <class Store>
  void satisfy(Store store, const void* pc) {
    claim_with(store);
    make_ready(pc);
  }
  template <class Store>
  void claim_with(Store store) {
    if (!work_claim_with(store)) raise_future_error(std::future_errc::promise_already_satisfied);
  }
  // The same for work that gives the result: nothing happens if it was cancelled (false).
  template <class Store>
  bool work_satisfy(Store store, const void* pc) {
    if (!work_claim_with(store)) return false;
    make_ready(pc);
    return true;
  }
  template <class Store>
  bool work_claim_with(Store store) {
    if (!claim_unless_cancelled()) return false;
    try {
      store();
    } catch (...) {
      change(status::empty);
      throw;
    }
    return true;
  }
  void store_exception(std::exception_ptr error) noexcept { error_ = std::move(error); }

  void make_ready(const void* pc) noexcept {
    std::vector<std::function<void()>> callbacks;
    {
      const operation op(this);
      const hidden_lock guard(mutex_);
      op.notify(this, LW_FUTURE, true, pc);
      status_ = status::ready;
      callbacks.swap(callbacks_);
      changed_.notify_all();
    }
    for (const auto& callback : callbacks) callback();
  }
  // The promise goes away: whoever waits gets broken_promise, unless a result is there or promised.
  void abandon(const void* pc) noexcept {
    {
      const operation op(this);
      const hidden_lock guard(mutex_);
      if (status_ != status::empty) return;
      status_ = status::claimed;
    }
    error_ = std::make_exception_ptr(std::future_error(std::future_errc::broken_promise));
    make_ready(pc);
  }

  // False: it has begun, or is over.
  bool cancel(const void* pc) {
    const std::exception_ptr error = std::make_exception_ptr(future_cancelled());
    {
      const operation op(this);
      const hidden_lock guard(mutex_);
      if (status_ != status::empty) return cancelled_;
      status_ = status::claimed;
      cancelled_ = true;
    }
    error_ = error;
    make_ready(pc);
    return true;
  }
  bool is_cancelled() noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return cancelled_;
  }
  bool is_running() noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    return status_ == status::claimed && !cancelled_;
  }
  bool is_ready() noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    if (status_ == status::ready) op.order_acquire(this);
    return status_ == status::ready;
  }
  // `callback` is called when it is ready: by who makes it so, or here and now.
  void when_ready(std::function<void()> callback) {
    {
      const operation op(this);
      const hidden_lock guard(mutex_);
      if (status_ != status::ready) return callbacks_.push_back(std::move(callback));
      op.order_acquire(this);
    }
    callback();
  }

  // A state has one future, or one family of shared ones.
  bool hand_out() noexcept { return !std::exchange(handed_out_, true); }

  // Requires: ready.
  void rethrow_if_failed() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 protected:
  virtual void run_deferred(const void*) {}
  virtual bool is_deferred() const noexcept { return false; }

 private:
  enum class status { empty, claimed, ready };

  bool claim_unless_cancelled() {
    const operation op(this);
    const hidden_lock guard(mutex_);
    if (cancelled_) return false;
    if (status_ != status::empty) raise_future_error(std::future_errc::promise_already_satisfied);
    status_ = status::claimed;
    return true;
  }
  void change(status to) noexcept {
    const operation op(this);
    const hidden_lock guard(mutex_);
    status_ = to;
  }

  hidden_mutex mutex_;
  hidden_condition changed_;
  status status_ = status::empty;  // guarded by mutex_, as the next two
  bool cancelled_ = false;
  std::vector<std::function<void()>> callbacks_;
  bool handed_out_ = false;   // owned by the promise's thread
  std::exception_ptr error_;  // written by the claimer, read once ready
};

struct nothing {};

// What is kept for a future<R>: a value, the address of a referred object, or nothing.
template <class R>
using kept_result =
    std::conditional_t<std::is_void_v<R>, nothing,
                       std::conditional_t<std::is_reference_v<R>, std::remove_reference_t<R>*, R>>;

template <class R>
class future_state : public future_state_base {
 public:
  using kept = kept_result<R>;

  template <class... Value>
  void store(Value&&... value) {
    if constexpr (std::is_reference_v<R>) {
      result_.emplace(std::addressof(value)...);
    } else {
      result_.emplace(std::forward<Value>(value)...);
    }
  }
  template <class Function>
  void store_result_of(Function&& function) {
    if constexpr (std::is_void_v<R>) {
      std::forward<Function>(function)();
      store();
    } else {
      store(std::forward<Function>(function)());
    }
  }
  // Runs the function, keeps what it returns or throws. Cancellation and pthread_exit pass through.
  template <class Function>
  void keep_outcome(Function&& function) {
    try {
      store_result_of(std::forward<Function>(function));
#if defined(__GLIBCXX__)
    } catch (__cxxabiv1::__forced_unwind&) {
      throw;
#endif
    } catch (...) {
      store_exception(std::current_exception());
    }
  }
  // Requires: ready. Throws the stored exception, if that is the result.
  kept& result() {
    rethrow_if_failed();
    return *result_;
  }

 private:
  std::optional<kept> result_;
};

// Makes the states that a thread satisfied "at thread exit" ready when it ends.
class exit_list {
 public:
  static void add(std::shared_ptr<future_state_base> state, const void* pc) {
    static thread_local exit_list list;
    list.entries_.push_back({std::move(state), pc});
  }
  ~exit_list() {
    for (const entry& each : entries_) each.state->make_ready(each.pc);
  }

 private:
  struct entry {
    std::shared_ptr<future_state_base> state;
    const void* pc;
  };
  std::vector<entry> entries_;
};

}  // namespace lockweave::detail
