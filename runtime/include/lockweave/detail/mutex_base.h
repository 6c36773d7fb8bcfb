// lockweave/detail/mutex_base.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the four mutex types share: a pthread mutex whose operations the runtime sees. Private.
// The mutex's address is the address of its pthread_mutex_t, so both name the same lock.
#pragma once

#include <errno.h>
#include <pthread.h>

#include <chrono>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/operation.h"

namespace lockweave::detail {

// Where the owner's kernel thread id stands, or null where that is not known.
inline const int* owner_word([[maybe_unused]] const pthread_mutex_t* mutex) noexcept {
#if defined(__GLIBC__)
  return &mutex->__data.__owner;
#else
  return nullptr;
#endif
}

constexpr pthread_mutex_t initial_mutex([[maybe_unused]] lw_kind kind) noexcept {
#if defined(PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP)
  if (kind == LW_RECURSIVE_MUTEX) return PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
#endif
  return PTHREAD_MUTEX_INITIALIZER;
}

template <lw_kind kKind>
class mutex_base {
 public:
  using native_handle_type = pthread_mutex_t*;

  LOCKWEAVE_ALWAYS_INLINE constexpr mutex_base() noexcept {
    if (!__builtin_is_constant_evaluated()) begin(nullptr);
  }
  LOCKWEAVE_ALWAYS_INLINE explicit mutex_base(const char* name) noexcept { begin(name); }
  LOCKWEAVE_ALWAYS_INLINE ~mutex_base() { object_end(this, kKind); }
  mutex_base(const mutex_base&) = delete;
  mutex_base& operator=(const mutex_base&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void lock() {
    check(observed() ? at_call_site([this](const void* pc) { return seen_lock(pc); })
                     : pthread_mutex_lock(&handle_));
  }
  LOCKWEAVE_ALWAYS_INLINE bool try_lock() noexcept {
    const int error = observed()
                          ? at_call_site([this](const void* pc) { return seen_try_lock(pc); })
                          : pthread_mutex_trylock(&handle_);
    return error == 0;
  }
  LOCKWEAVE_ALWAYS_INLINE void unlock() {
    if (observed()) {
      at_call_site([this](const void* pc) { seen_unlock(pc); });
    } else {
      pthread_mutex_unlock(&handle_);
    }
  }

  native_handle_type native_handle() noexcept { return &handle_; }

 protected:
  int seen_lock_until(const deadline& until, const void* pc) noexcept {
    const operation op(LW_OP_ACQUIRE, this, kKind, LW_TIMED);
    if (!op.seen()) return lock_until(&handle_, until);
    int error = pthread_mutex_trylock(&handle_);
    if (error == EBUSY) {
      const blocked wait(op, {this, kKind, LW_TIMED, nullptr, owner_word(&handle_)}, pc);
      error = lock_until(&handle_, until);
    }
    if (error == 0) op.acquired(this, kKind, LW_TIMED, pc);
    return error;
  }

 private:
  LOCKWEAVE_ALWAYS_INLINE void begin(const char* name) noexcept {
#if !defined(PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP)
    if (kKind == LW_RECURSIVE_MUTEX) init_recursive();
#endif
    object_begin(this, kKind, name);
  }
#if !defined(PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP)
  void init_recursive() noexcept {
    const operation op(this);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&handle_, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
#endif

  // The runtime's shortcut for what this thread has done before; false: nothing was done.
  bool lock_known(const void* pc) noexcept {
    const auto shortcut = lockweave_lw_lock_known();
    return shortcut != nullptr && shortcut(&handle_, pc) != 0;
  }
  bool unlock_known() noexcept {
    const auto shortcut = lockweave_lw_unlock_known();
    return shortcut != nullptr && shortcut(&handle_) != 0;
  }

  int seen_lock(const void* pc) noexcept {
    if (lock_known(pc)) return 0;
    const operation op(LW_OP_ACQUIRE, this, kKind);
    if (!op.seen()) return pthread_mutex_lock(&handle_);
    int error = pthread_mutex_trylock(&handle_);
    if (error == EBUSY) {
      const blocked wait(op, {this, kKind, LW_EXCLUSIVE, nullptr, owner_word(&handle_)}, pc);
      error = pthread_mutex_lock(&handle_);
    }
    if (error == 0) op.acquired(this, kKind, LW_EXCLUSIVE, pc);
    return error;
  }
  int seen_try_lock(const void* pc) noexcept {
    const operation op(LW_OP_ACQUIRE, this, kKind, LW_TRY);
    const int error = pthread_mutex_trylock(&handle_);
    if (error == 0) op.acquired(this, kKind, LW_TRY, pc);
    return error;
  }
  void seen_unlock(const void* pc) noexcept {
    if (unlock_known()) return;
    const operation op(LW_OP_RELEASE, this, kKind);
    if (!op.release(this, kKind, pc)) tell_not_held(op, pc);
    pthread_mutex_unlock(&handle_);
  }

  void tell_not_held(const operation& op, const void* pc) noexcept {
    const int* word = owner_word(&handle_);
    if (word == nullptr) return;
    const int owner = *static_cast<const volatile int*>(word);  // others may change it
    if (owner != 0 && lockweave_lw_owns()(owner) != 0) return;
    op.release_not_held(this, kKind, owner != 0, pc);
  }

  pthread_mutex_t handle_ = initial_mutex(kKind);
};

template <lw_kind kKind>
class timed_mutex_base : public mutex_base<kKind> {
 public:
  using mutex_base<kKind>::mutex_base;

  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool try_lock_for(const std::chrono::duration<Rep, Period>& from_now) {
    return try_lock_until(steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool try_lock_until(const std::chrono::time_point<Clock, Duration>& at) {
    return at_call_site([&](const void* pc) {
      return attempt_until(
          at, [&](const deadline& until) { return this->seen_lock_until(until, pc) == 0; });
    });
  }
};

}  // namespace lockweave::detail
