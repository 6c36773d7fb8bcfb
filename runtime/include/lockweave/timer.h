// lockweave/timer.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// timer: calls a function once, some time after start(), in a thread of its own, as Python's
// threading.Timer.
//
//   lockweave::timer reminder(5s, [&] { remind(user); });
//   reminder.start();
//   if (!reminder.cancel()) reminder.join();   // too late to cancel: wait until it was done
//
//            | idle      | waits                    | its function runs
//   ---------|-----------|--------------------------|------------------------------------------------
//   start    | waits     | throws std::logic_error  | will wait again once it has returned
//   restart  | waits     | waits anew, from now     | will wait again once it has returned
//   cancel   | false     | idle, true               | false; and it will not wait again
//   join     | returns   | waits until idle         | waits until idle
//
// So a timer that was cancelled or has fired can be started again, also by its own function, which then
// repeats but never overlaps. The destructor cancels, and waits for a function that runs.
// The function comes after all that was done before start(); what follows join() comes after it.
//
// Errors: std::system_error when the thread cannot be started, and for join() in the function itself.
// An exception that leaves the function, and a destructor inside it, call std::terminate.
// Thread-safety: all members from any thread, except the destructor.
// Cost: a thread from the first start() on; a mutex and a condition variable inside.
#pragma once

#include <errno.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"
#include "lockweave/thread.h"

namespace lockweave {

class timer {
 public:
  using clock = std::chrono::steady_clock;

  // Arguments are copied or moved, and given to each call as lvalues.
  template <class Rep, class Period, class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE timer(const std::chrono::duration<Rep, Period>& interval, F&& f,
                                Args&&... args)
      : timer(thread_name{"timer"}, interval, std::forward<F>(f), std::forward<Args>(args)...) {}
  // The name must outlive the timer.
  template <class Rep, class Period, class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE timer(thread_name name,
                                const std::chrono::duration<Rep, Period>& interval, F&& f,
                                Args&&... args)
      : name_(name), interval_(kept(interval)),
        function_(bound(std::forward<F>(f), std::forward<Args>(args)...)) {
    detail::object_begin(this, LW_LATCH);
  }
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  LOCKWEAVE_ALWAYS_INLINE ~timer() {
    detail::at_call_site([this](const void* pc) { disarm(true, pc); });
    if (thread_.joinable()) thread_.join();
    detail::object_end(this, LW_LATCH);
  }

  LOCKWEAVE_ALWAYS_INLINE void start() {
    if (!begin(false)) detail::raise(std::logic_error("the timer waits already"));
  }
  LOCKWEAVE_ALWAYS_INLINE void restart() { begin(true); }
  // True: it was waiting, and its function will not be called.
  LOCKWEAVE_ALWAYS_INLINE bool cancel() noexcept {
    return detail::at_call_site([this](const void* pc) { return disarm(false, pc); });
  }

  LOCKWEAVE_ALWAYS_INLINE void join() {
    detail::at_call_site([this](const void* pc) {
      const detail::operation op(this);
      const detail::hidden_lock guard(mutex_);
      refuse_own_function();
      changed_.wait(mutex_, {op, {this, LW_LATCH}, pc}, [this] { return is_idle(); });
      op.order_acquire(this);
    });
  }
  // False: the time is up.
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool join_for(const std::chrono::duration<Rep, Period>& from_now) {
    return join_until(detail::steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool join_until(const std::chrono::time_point<Clock, Duration>& at) {
    return detail::at_call_site([&](const void* pc) {
      return detail::attempt_until(
          at, [&](const detail::deadline& until) { return idle_until(until, pc); });
    });
  }

  // Waits, or its function runs.
  bool is_alive() const {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    return !is_idle();
  }
  clock::duration interval() const noexcept { return interval_; }

 private:
  template <class Rep, class Period>
  static clock::duration kept(const std::chrono::duration<Rep, Period>& interval) {
    constexpr std::chrono::hours kCentury(24 * 365 * 100);
    if (std::chrono::duration<double>(interval) > kCentury) return kCentury;
    return std::chrono::ceil<clock::duration>(interval);
  }
  template <class F, class... Args>
  static std::function<void()> bound(F&& f, Args&&... args) {
    using call = std::tuple<std::decay_t<F>, std::decay_t<Args>...>;
    const auto all = std::make_shared<call>(std::forward<F>(f), std::forward<Args>(args)...);
    return [all] { std::apply([](auto&... part) { std::invoke(part...); }, *all); };
  }

  // Returns whether it was waiting.
  bool disarm(bool for_ever, const void* pc) noexcept {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    const bool was_armed = armed_;
    armed_ = false;
    ending_ = for_ever;
    tell_change(op, pc);
    return was_armed;
  }

  enum class armed { refused, done, needs_thread };
  armed arm(bool anew, const void* pc) noexcept {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    if (armed_ && !anew) return armed::refused;
    armed_ = true;
    fires_at_ = detail::steady_after(interval_);
    tell_change(op, pc);
    return std::exchange(has_thread_, true) ? armed::done : armed::needs_thread;
  }
  // False: it waits already, and not `anew`.
  LOCKWEAVE_ALWAYS_INLINE bool begin(bool anew) {
    const armed now = detail::at_call_site([&](const void* pc) { return arm(anew, pc); });
    if (now == armed::needs_thread) start_thread();
    return now != armed::refused;
  }
  LOCKWEAVE_ALWAYS_INLINE void start_thread() {
    starting attempt(*this);
    thread_ = thread(name_, [this] { run(); });
    attempt.succeeded();
  }
  // What is taken back when no thread can be started.
  class starting {
   public:
    explicit starting(timer& of) noexcept : of_(of) {}
    ~starting() {
      if (!failed_) return;
      const detail::operation op(&of_);
      const detail::hidden_lock guard(of_.mutex_);
      of_.armed_ = of_.has_thread_ = false;
    }
    starting(const starting&) = delete;
    starting& operator=(const starting&) = delete;
    void succeeded() noexcept { failed_ = false; }

   private:
    timer& of_;
    bool failed_ = true;
  };

  bool idle_until(const detail::deadline& until, const void* pc) {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    refuse_own_function();
    const detail::published_wait as{op, {this, LW_LATCH, LW_TIMED}, pc};
    if (!changed_.wait_until(mutex_, until, as, [this] { return is_idle(); })) return false;
    op.order_acquire(this);
    return true;
  }

  // ---- the thread ----------------------------------------------------------------------------
  void run() {
    const auto await = [this](const void* pc) { return await_turn(pc); };
    while (detail::at_call_site(await)) {
      function_();
      detail::at_call_site([this](const void* pc) { finish_turn(pc); });
    }
  }
  // False: the timer ends.
  bool await_turn(const void* pc) {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    while (!ending_ && !(armed_ && clock::now() >= fires_at_)) sleep(op, pc);
    if (ending_) return false;
    armed_ = false;
    running_ = true;
    runner_ = std::this_thread::get_id();
    op.order_acquire(this);
    return true;
  }
  // Until something changed, or it is time.
  void sleep(const detail::operation& op, const void* pc) {
    if (!armed_) {
      changed_.wait(mutex_, {op, {this, LW_LATCH}, pc}, [this] { return armed_ || ending_; });
      return;
    }
    const auto at = fires_at_;
    const auto until = detail::deadline_at(CLOCK_MONOTONIC, at.time_since_epoch());
    changed_.wait_until(mutex_, until, {op, {this, LW_LATCH, LW_TIMED}, pc},
                        [&] { return ending_ || !armed_ || fires_at_ != at; });
  }
  void finish_turn(const void* pc) noexcept {
    const detail::operation op(this);
    const detail::hidden_lock guard(mutex_);
    running_ = false;
    tell_change(op, pc);
  }

  // Requires: mutex_ is held.
  bool is_idle() const noexcept { return !armed_ && !running_; }
  void refuse_own_function() const {
    if (running_ && runner_ == std::this_thread::get_id()) detail::raise_system_error(EDEADLK);
  }
  void tell_change(const detail::operation& op, const void* pc) noexcept {
    op.notify(this, LW_LATCH, true, pc);
    changed_.notify_all();
  }

  const thread_name name_;
  const clock::duration interval_;
  const std::function<void()> function_;
  thread thread_;  // written by who set has_thread_

  // guarded by mutex_
  bool armed_ = false;    // waits for fires_at_
  bool running_ = false;  // the function, in the thread runner_
  bool ending_ = false;
  bool has_thread_ = false;
  clock::time_point fires_at_;
  std::thread::id runner_;

  mutable detail::hidden_mutex mutex_;
  detail::hidden_condition changed_;
};

}  // namespace lockweave
