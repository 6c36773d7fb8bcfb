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
    while (!done()) {
      const blocked sleep(as.op, as.target, as.pc);
      pthread_cond_wait(&handle_, mutex.handle());
    }
  }
  // False when the time is up and `done()` still is not true.
  template <class Predicate>
  bool wait_until(hidden_mutex& mutex, const deadline& until, const published_wait& as,
                  Predicate done) {
    while (!done()) {
      const blocked sleep(as.op, as.target, as.pc);
      if (detail::wait_until(&handle_, mutex.handle(), until) != 0) return done();
    }
    return true;
  }

 private:
  pthread_cond_t handle_ = PTHREAD_COND_INITIALIZER;
};

}  // namespace lockweave::detail
