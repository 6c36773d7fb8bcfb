// lockweave/condition_variable.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// condition_variable (waits with std::unique_lock<lockweave::mutex>) and condition_variable_any
// (any BasicLockable; with C++20 also std::stop_token): std's types, their waits published.
//
// condition_variable: a wait is one event; the runtime knows which mutex must be got back.
// condition_variable_any: the user's lock is released and taken again in the open, as its own
// events, so any lock type works; the wait itself names no mutex.
//
// Differences from std: a constructor with a name, see mutex.h.
// As in std the destructor may run once all waiters are notified, before they have returned.
#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#if defined(__has_include) && __has_include(<stop_token>)
#include <stop_token>
#endif

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/hidden.h"
#include "lockweave/detail/operation.h"
#include "lockweave/mutex.h"

namespace lockweave {

using std::cv_status;

class condition_variable {
 public:
  using native_handle_type = pthread_cond_t*;

  LOCKWEAVE_ALWAYS_INLINE condition_variable() noexcept {
    detail::object_begin(this, LW_CONDITION_VARIABLE);
  }
  LOCKWEAVE_ALWAYS_INLINE explicit condition_variable(const char* name) noexcept {
    detail::object_begin(this, LW_CONDITION_VARIABLE, name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~condition_variable() {
    pthread_cond_destroy(&handle_);  // returns when all waiters have left: a wait, seen as such
    detail::object_end(this, LW_CONDITION_VARIABLE);
  }
  condition_variable(const condition_variable&) = delete;
  condition_variable& operator=(const condition_variable&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void notify_one() noexcept {
    detail::at_call_site([this](const void* pc) {
      const detail::operation op(this);
      op.notify(this, LW_CONDITION_VARIABLE, false, pc);
      pthread_cond_signal(&handle_);
    });
  }
  LOCKWEAVE_ALWAYS_INLINE void notify_all() noexcept {
    detail::at_call_site([this](const void* pc) {
      const detail::operation op(this);
      op.notify(this, LW_CONDITION_VARIABLE, true, pc);
      pthread_cond_broadcast(&handle_);
    });
  }

  LOCKWEAVE_ALWAYS_INLINE void wait(std::unique_lock<mutex>& lock) {
    detail::at_call_site([&](const void* pc) { wait_seen(lock, pc); });
  }
  // The predicate runs in the open, between waits, as does all that it locks.
  template <class Predicate>
  LOCKWEAVE_ALWAYS_INLINE void wait(std::unique_lock<mutex>& lock, Predicate done) {
    while (!done()) wait(lock);
  }

  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE cv_status wait_until(std::unique_lock<mutex>& lock,
                                               const std::chrono::time_point<Clock, Duration>& at) {
    return detail::at_call_site([&](const void* pc) { return wait_until_seen(lock, at, pc); });
  }
  template <class Clock, class Duration, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE bool wait_until(std::unique_lock<mutex>& lock,
                                          const std::chrono::time_point<Clock, Duration>& at,
                                          Predicate done) {
    while (!done()) {
      if (wait_until(lock, at) == cv_status::timeout) return done();
    }
    return true;
  }

  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE cv_status wait_for(std::unique_lock<mutex>& lock,
                                             const std::chrono::duration<Rep, Period>& from_now) {
    return wait_until(lock, detail::steady_after(from_now));
  }
  template <class Rep, class Period, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE bool wait_for(std::unique_lock<mutex>& lock,
                                        const std::chrono::duration<Rep, Period>& from_now,
                                        Predicate done) {
    return wait_until(lock, detail::steady_after(from_now), std::move(done));
  }

  native_handle_type native_handle() noexcept { return &handle_; }

 private:
  detail::wait_target target(pthread_mutex_t* with, int flags) noexcept {
    return {this, LW_CONDITION_VARIABLE, flags, with, detail::owner_word(with)};
  }

  void wait_seen(std::unique_lock<mutex>& lock, const void* pc) {
    pthread_mutex_t* with = lock.mutex()->native_handle();
    const detail::operation op(this);
    const detail::blocked wait(op, target(with, LW_EXCLUSIVE), pc);
    pthread_cond_wait(&handle_, with);
  }

  template <class Clock, class Duration>
  cv_status wait_until_seen(std::unique_lock<mutex>& lock,
                            const std::chrono::time_point<Clock, Duration>& at, const void* pc) {
    pthread_mutex_t* with = lock.mutex()->native_handle();
    // Any wake-up ends the attempts, so a clock that is read in steps may wake spuriously.
    bool woken = false;
    detail::attempt_until(at, [&](const detail::deadline& until) {
      const detail::operation op(this);
      detail::blocked wait(op, target(with, LW_TIMED), pc);
      woken = detail::wait_until(&handle_, with, until) == 0;
      if (!woken) wait.give_up();
      return true;
    });
    if (woken || Clock::now() < at) return cv_status::no_timeout;
    return cv_status::timeout;
  }

  pthread_cond_t handle_ = PTHREAD_COND_INITIALIZER;
};

class condition_variable_any {
 public:
  LOCKWEAVE_ALWAYS_INLINE condition_variable_any() : inner_(std::make_shared<inner>()) {
    detail::object_begin(this, LW_CONDITION_VARIABLE);
  }
  LOCKWEAVE_ALWAYS_INLINE explicit condition_variable_any(const char* name)
      : inner_(std::make_shared<inner>()) {
    detail::object_begin(this, LW_CONDITION_VARIABLE, name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~condition_variable_any() {
    detail::object_end(this, LW_CONDITION_VARIABLE);
  }
  condition_variable_any(const condition_variable_any&) = delete;
  condition_variable_any& operator=(const condition_variable_any&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void notify_one() noexcept {
    detail::at_call_site([this](const void* pc) { notify(false, pc); });
  }
  LOCKWEAVE_ALWAYS_INLINE void notify_all() noexcept {
    detail::at_call_site([this](const void* pc) { notify(true, pc); });
  }

  template <class Lock>
  LOCKWEAVE_ALWAYS_INLINE void wait(Lock& lock) {
    detail::at_call_site([&](const void* pc) { sleep(lock, nullptr, never_stopped, pc); });
  }
  template <class Lock, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE void wait(Lock& lock, Predicate done) {
    while (!done()) wait(lock);
  }

  template <class Lock, class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE cv_status wait_until(Lock& lock,
                                               const std::chrono::time_point<Clock, Duration>& at) {
    return detail::at_call_site(
        [&](const void* pc) { return sleep_until(lock, at, never_stopped, pc); });
  }
  template <class Lock, class Clock, class Duration, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE bool wait_until(Lock& lock,
                                          const std::chrono::time_point<Clock, Duration>& at,
                                          Predicate done) {
    while (!done()) {
      if (wait_until(lock, at) == cv_status::timeout) return done();
    }
    return true;
  }
  template <class Lock, class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE cv_status wait_for(Lock& lock,
                                             const std::chrono::duration<Rep, Period>& from_now) {
    return wait_until(lock, detail::steady_after(from_now));
  }
  template <class Lock, class Rep, class Period, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE bool wait_for(Lock& lock,
                                        const std::chrono::duration<Rep, Period>& from_now,
                                        Predicate done) {
    return wait_until(lock, detail::steady_after(from_now), std::move(done));
  }

#if defined(__cpp_lib_jthread)
  // Each returns done() once the predicate holds, a stop is requested or the time is up.
  template <class Lock, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE bool wait(Lock& lock, std::stop_token token, Predicate done) {
    if (token.stop_requested()) return done();
    const std::stop_callback wake_up(token, [this] { notify_all(); });
    const auto stopped = [&token] { return token.stop_requested(); };
    while (!done()) {
      if (stopped()) return false;
      detail::at_call_site([&](const void* pc) { sleep(lock, nullptr, stopped, pc); });
    }
    return true;
  }
  template <class Lock, class Clock, class Duration, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE bool wait_until(Lock& lock, std::stop_token token,
                                          const std::chrono::time_point<Clock, Duration>& at,
                                          Predicate done) {
    if (token.stop_requested()) return done();
    const std::stop_callback wake_up(token, [this] { notify_all(); });
    const auto stopped = [&token] { return token.stop_requested(); };
    while (!done()) {
      if (stopped()) return false;
      const cv_status status =
          detail::at_call_site([&](const void* pc) { return sleep_until(lock, at, stopped, pc); });
      if (status == cv_status::timeout) return done();
    }
    return true;
  }
  template <class Lock, class Rep, class Period, class Predicate>
  LOCKWEAVE_ALWAYS_INLINE bool wait_for(Lock& lock, std::stop_token token,
                                        const std::chrono::duration<Rep, Period>& from_now,
                                        Predicate done) {
    return wait_until(lock, std::move(token), detail::steady_after(from_now), std::move(done));
  }
#endif

 private:
  // Shared with the waiters, which may outlive the condition variable itself.
  struct inner {
    ~inner() {
      const detail::operation op(this);
      pthread_cond_destroy(&changed);
    }
    detail::hidden_mutex mutex;
    pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  };

  // The user's lock, given back for the time of a wait.
  template <class Lock>
  class given_back {
   public:
    explicit given_back(Lock& lock) : lock_(lock) { lock_.unlock(); }
    ~given_back() noexcept(false) { lock_.lock(); }
    given_back(const given_back&) = delete;
    given_back& operator=(const given_back&) = delete;

   private:
    Lock& lock_;
  };

  // Holds the inner mutex, hidden, without keeping an operation open in between.
  class inner_lock {
   public:
    explicit inner_lock(inner& shared) noexcept : shared_(shared) {
      const detail::operation op(this);
      shared_.mutex.lock();
    }
    ~inner_lock() { unlock(); }
    inner_lock(const inner_lock&) = delete;
    inner_lock& operator=(const inner_lock&) = delete;
    void unlock() noexcept {
      if (!held_) return;
      held_ = false;
      const detail::operation op(this);
      shared_.mutex.unlock();
    }

   private:
    inner& shared_;
    bool held_ = true;
  };

  static constexpr auto never_stopped = [] { return false; };

  void notify(bool all, const void* pc) noexcept {
    const detail::operation op(this);
    const detail::hidden_lock guard(inner_->mutex);
    op.notify(this, LW_CONDITION_VARIABLE, all, pc);
    if (all) {
      pthread_cond_broadcast(&inner_->changed);
    } else {
      pthread_cond_signal(&inner_->changed);
    }
  }

  // Returns false when `until` passed. The inner mutex is taken before the user's lock is given
  // back, so no notification between the two is missed, and given back before that is taken again.
  template <class Lock, class Stopped>
  bool sleep(Lock& lock, const detail::deadline* until, const Stopped& stopped, const void* pc) {
    const std::shared_ptr<inner> shared = inner_;
    inner_lock held(*shared);
    if (stopped()) return true;
    const given_back<Lock> relock(lock);
    return sleep_in(*shared, held, until, pc);
  }
  bool sleep_in(inner& shared, inner_lock& held, const detail::deadline* until, const void* pc) {
    struct leave {
      inner_lock& held;
      ~leave() { held.unlock(); }
    } const leave_first{held};
    const detail::operation op(this);
    const int flags = until != nullptr ? LW_TIMED : LW_EXCLUSIVE;
    detail::blocked wait(op, {this, LW_CONDITION_VARIABLE, flags}, pc);
    if (until == nullptr) return pthread_cond_wait(&shared.changed, shared.mutex.handle()) == 0;
    const bool woken = detail::wait_until(&shared.changed, shared.mutex.handle(), *until) == 0;
    if (!woken) wait.give_up();
    return woken;
  }

  template <class Lock, class Clock, class Duration, class Stopped>
  cv_status sleep_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& at,
                        const Stopped& stopped, const void* pc) {
    bool woken = false;
    detail::attempt_until(at, [&](const detail::deadline& until) {
      woken = sleep(lock, &until, stopped, pc);
      return true;
    });
    if (woken || Clock::now() < at) return cv_status::no_timeout;
    return cv_status::timeout;
  }

  std::shared_ptr<inner> inner_;
};

}  // namespace lockweave
