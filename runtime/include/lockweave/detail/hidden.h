// lockweave/detail/hidden.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The mutex and condition that semaphores, latches, barriers, queues and futures are made of.
// Private. They are used only while an `operation` is open, so the runtime does not see them.
//
// Rule of use: change state and notify while holding the mutex, and let every waiter take the mutex
// before it returns. Then an object may be destroyed as soon as the last waiter has returned.
// The condition is not destroyed with pthread_cond_destroy: that would hang the exit of a program
// whose detached threads still wait on a global, which the standard's types do not.
#pragma once

#include <pthread.h>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/operation.h"

namespace lockweave::detail {

class hidden_mutex {
 public:
  constexpr hidden_mutex() noexcept = default;
  hidden_mutex(const hidden_mutex&) = delete;
  hidden_mutex& operator=(const hidden_mutex&) = delete;

  void lock() noexcept { pthread_mutex_lock(&handle_); }
  void unlock() noexcept { pthread_mutex_unlock(&handle_); }
  pthread_mutex_t* handle() noexcept { return &handle_; }

 private:
  pthread_mutex_t handle_ = PTHREAD_MUTEX_INITIALIZER;
};

class hidden_lock {
 public:
  explicit hidden_lock(hidden_mutex& mutex) noexcept : mutex_(mutex) { mutex_.lock(); }
  ~hidden_lock() { mutex_.unlock(); }
  hidden_lock(const hidden_lock&) = delete;
  hidden_lock& operator=(const hidden_lock&) = delete;

 private:
  hidden_mutex& mutex_;
};

// How a wait is told: anew for each sleep, since who was woken in vain must be woken again.
struct published_wait {
  const operation& op;
  wait_target target;
  const void* pc;
};

class hidden_condition {
 public:
  constexpr hidden_condition() noexcept = default;
  hidden_condition(const hidden_condition&) = delete;
  hidden_condition& operator=(const hidden_condition&) = delete;

  void notify_one() noexcept { pthread_cond_signal(&handle_); }
  void notify_all() noexcept { pthread_cond_broadcast(&handle_); }

  template <class Predicate>
  void wait(hidden_mutex& mutex, const published_wait& as, Predicate done) {
    while (!done()) sleep(mutex, as);
  }
  // False when the time is up and `done()` still is not true.
  template <class Predicate>
  bool wait_until(hidden_mutex& mutex, const deadline& until, const published_wait& as,
                  Predicate done) {
    while (!done()) {
      if (!sleep_until(mutex, until, as)) return done();
    }
    return true;
  }

  // Once, maybe for nothing.
  void sleep(hidden_mutex& mutex, const published_wait& as) {
    const blocked asleep(as.op, cancelable(as.target), as.pc);
    pthread_cond_wait(&handle_, mutex.handle());
  }
  // False when the time is up.
  bool sleep_until(hidden_mutex& mutex, const deadline& until, const published_wait& as) {
    const blocked asleep(as.op, cancelable(as.target), as.pc);
    return detail::wait_until(&handle_, mutex.handle(), until) == 0;
  }

 private:
  static wait_target cancelable(wait_target target) noexcept {
    int state = PTHREAD_CANCEL_DISABLE;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    pthread_setcancelstate(state, nullptr);
    if (state == PTHREAD_CANCEL_ENABLE) target.flags |= LW_CANCELABLE;
    return target;
  }

  pthread_cond_t handle_ = PTHREAD_COND_INITIALIZER;
};

// One of several conditions of one object, to which waits are told as one: it knows how many of them it
// wakes itself. All members require the mutex.
class counted_condition {
 public:
  // How many of those who wait here the next notification wakes that no earlier one has woken: told before
  // it is sent, so that nobody who has been woken is taken for a waiter.
  unsigned wakes_one() noexcept { return wake(1); }
  unsigned wakes_all() noexcept { return wake(waiting_); }

  void notify_one() noexcept { condition_.notify_one(); }
  void notify_all() noexcept { condition_.notify_all(); }

  template <class Predicate>
  void wait(hidden_mutex& mutex, const published_wait& as, Predicate done) {
    while (!done()) {
      const waiter one(*this);
      condition_.sleep(mutex, counted(as));
    }
  }
  template <class Predicate>
  bool wait_until(hidden_mutex& mutex, const deadline& until, const published_wait& as,
                  Predicate done) {
    while (!done()) {
      const waiter one(*this);
      if (!condition_.sleep_until(mutex, until, counted(as))) return done();
    }
    return true;
  }

 private:
  published_wait counted(const published_wait& as) const noexcept {
    published_wait result = as;
    result.target.woken = &woken_;
    return result;
  }

  // From the decision to sleep until the mutex is held again, also when a cancelled thread unwinds.
  class waiter {
   public:
    explicit waiter(counted_condition& condition) noexcept : condition_(condition) {
      ++condition_.waiting_;
    }
    ~waiter() {
      --condition_.waiting_;
      if (condition_.woken_ > 0) --condition_.woken_;
    }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

   private:
    counted_condition& condition_;
  };

  unsigned wake(unsigned most) noexcept {
    const unsigned still = waiting_ - woken_;
    const unsigned now = most < still ? most : still;
    woken_ += now;
    return now;
  }

  hidden_condition condition_;
  unsigned waiting_ = 0;
  unsigned woken_ = 0;  // of those, by notifications; at most waiting_
};

}  // namespace lockweave::detail
