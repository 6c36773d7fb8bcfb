// lockweave/shared_mutex.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// shared_mutex and shared_timed_mutex: std's types over a pthread rwlock, seen by the runtime with
// the mode (LW_SHARED or exclusive) and the exact call site. std::shared_lock works on them.
//
// Differences from std: the constructor with a name, see mutex.h.
// Cost without the runtime: one load and one test more than std per operation.
// As in std (glibc's default) readers overtake waiting writers, and a thread must not take the lock
// again while it holds it in any mode.
#pragma once

#include <errno.h>
#include <pthread.h>

#include <chrono>
#include <shared_mutex>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/operation.h"

namespace lockweave {

class shared_mutex {
 public:
  using native_handle_type = pthread_rwlock_t*;

  LOCKWEAVE_ALWAYS_INLINE constexpr shared_mutex() noexcept {
    if (!__builtin_is_constant_evaluated()) detail::object_begin(this, LW_RWLOCK);
  }
  LOCKWEAVE_ALWAYS_INLINE explicit shared_mutex(const char* name) noexcept {
    detail::object_begin(this, LW_RWLOCK, name);
  }
  LOCKWEAVE_ALWAYS_INLINE ~shared_mutex() { detail::object_end(this, LW_RWLOCK); }
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;

  LOCKWEAVE_ALWAYS_INLINE void lock() { take<LW_EXCLUSIVE>(); }
  LOCKWEAVE_ALWAYS_INLINE bool try_lock() { return try_take<LW_EXCLUSIVE>(); }
  LOCKWEAVE_ALWAYS_INLINE void unlock() { give_back(); }

  LOCKWEAVE_ALWAYS_INLINE void lock_shared() { take<LW_SHARED>(); }
  LOCKWEAVE_ALWAYS_INLINE bool try_lock_shared() { return try_take<LW_SHARED>(); }
  LOCKWEAVE_ALWAYS_INLINE void unlock_shared() { give_back(); }

  native_handle_type native_handle() noexcept { return &handle_; }

 protected:
  template <int kMode>
  int seen_take_until(const detail::deadline& until, const void* pc) noexcept {
    const detail::operation op(LW_OP_ACQUIRE, this, LW_RWLOCK, kMode | LW_TIMED);
    if (!op.seen()) return plain_take_until<kMode>(until);
    int error = plain_try<kMode>();
    if (is_taken(error)) {
      const detail::blocked wait(op, {this, LW_RWLOCK, kMode | LW_TIMED}, pc);
      error = plain_take_until<kMode>(until);
    }
    if (error == 0) op.acquired(this, LW_RWLOCK, kMode | LW_TIMED, pc);
    return error;
  }

 private:
  template <int kMode>
  LOCKWEAVE_ALWAYS_INLINE void take() {
    const auto seen = [this](const void* pc) { return seen_take<kMode>(pc); };
    detail::check(detail::observed() ? detail::at_call_site(seen) : plain_take<kMode>());
  }
  template <int kMode>
  LOCKWEAVE_ALWAYS_INLINE bool try_take() {
    if (!detail::observed()) return plain_try<kMode>() == 0;
    return detail::at_call_site([this](const void* pc) {
      const detail::operation op(LW_OP_ACQUIRE, this, LW_RWLOCK, kMode | LW_TRY);
      const bool taken = plain_try<kMode>() == 0;
      if (taken) op.acquired(this, LW_RWLOCK, kMode | LW_TRY, pc);
      return taken;
    });
  }
  LOCKWEAVE_ALWAYS_INLINE void give_back() {
    if (!detail::observed()) {
      pthread_rwlock_unlock(&handle_);
      return;
    }
    detail::at_call_site([this](const void* pc) {
      const auto known = lockweave_lw_rwlock_unlock_known();
      if (known != nullptr && known(&handle_) != 0) return;
      const detail::operation op(LW_OP_RELEASE, this, LW_RWLOCK);
      if (!op.release(this, LW_RWLOCK, pc)) tell_not_held(op, pc);
      pthread_rwlock_unlock(&handle_);
    });
  }

  template <int kMode>
  int seen_take(const void* pc) noexcept {
    const auto known = lockweave_lw_rwlock_known();
    if (known != nullptr && known(&handle_, kMode, pc) != 0) return 0;
    const detail::operation op(LW_OP_ACQUIRE, this, LW_RWLOCK, kMode);
    if (!op.seen()) return plain_take<kMode>();
    int error = plain_try<kMode>();
    if (is_taken(error)) {
      const int ends_by_itself = refuses_this_thread() ? LW_TIMED : 0;
      const detail::blocked wait(op, {this, LW_RWLOCK, kMode | ends_by_itself}, pc);
      error = plain_take<kMode>();
    }
    if (error == 0) op.acquired(this, LW_RWLOCK, kMode, pc);
    return error;
  }

  template <int kMode>
  int plain_try() noexcept {
    return kMode == LW_SHARED ? pthread_rwlock_tryrdlock(&handle_)
                              : pthread_rwlock_trywrlock(&handle_);
  }
  template <int kMode>
  int plain_take() noexcept {
    if constexpr (kMode == LW_EXCLUSIVE) return pthread_rwlock_wrlock(&handle_);
    int error = EAGAIN;  // there are as many readers as can be
    while (error == EAGAIN) error = pthread_rwlock_rdlock(&handle_);
    return error;
  }
  template <int kMode>
  int plain_take_until(const detail::deadline& until) noexcept {
    return kMode == LW_SHARED ? detail::read_lock_until(&handle_, until)
                              : detail::write_lock_until(&handle_, until);
  }

  static bool is_taken(int error) noexcept { return error == EBUSY || error == EAGAIN; }

  // glibc answers EDEADLK to its writer instead of letting it sleep for ever.
  bool refuses_this_thread() noexcept {
    const int writer = writing_thread();
    return writer != 0 && detail::observed() && lockweave_lw_owns()(writer) != 0;
  }
  // The lock does not say who reads: a release too many is told when nobody does, or when all who do are
  // known to be others.
  void tell_not_held(const detail::operation& op, const void* pc) noexcept {
    const int writer = writing_thread();
    if (writer != 0 && lockweave_lw_owns()(writer) != 0) return;
    const unsigned before = readers_word();
    const bool read = readers_in(before) != 0;
    if (writer == 0 && read && !are_others(op, before)) return;
    op.release_not_held(this, LW_RWLOCK, writer != 0 || read, pc);
  }
  // Asked twice: while threads are gone through, one may have given back and another one taken.
  bool are_others(const detail::operation& op, unsigned word) const noexcept {
    return op.held_by_others(this) >= readers_in(word) &&
           op.held_by_others(this) >= readers_in(word) && readers_word() == word;
  }
  unsigned readers_word() const noexcept {
#if defined(__GLIBC__)
    return *static_cast<const volatile unsigned*>(&handle_.__data.__readers);
#else
    return ~0u;  // not known: more than are known
#endif
  }
  static unsigned readers_in(unsigned word) noexcept {
    constexpr unsigned kReaderShift = 3;  // glibc: number of readers << 3
    return word >> kReaderShift;
  }
  // Kernel id of the thread that writes; 0: none, or not known.
  int writing_thread() const noexcept {
#if defined(__GLIBC__)
    return *static_cast<const volatile int*>(&handle_.__data.__cur_writer);
#else
    return 0;
#endif
  }

  pthread_rwlock_t handle_ = PTHREAD_RWLOCK_INITIALIZER;
};

class shared_timed_mutex : public shared_mutex {
 public:
  using shared_mutex::shared_mutex;

  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool try_lock_for(const std::chrono::duration<Rep, Period>& from_now) {
    return take_until<LW_EXCLUSIVE>(detail::steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool try_lock_until(const std::chrono::time_point<Clock, Duration>& at) {
    return take_until<LW_EXCLUSIVE>(at);
  }
  template <class Rep, class Period>
  LOCKWEAVE_ALWAYS_INLINE bool try_lock_shared_for(
      const std::chrono::duration<Rep, Period>& from_now) {
    return take_until<LW_SHARED>(detail::steady_after(from_now));
  }
  template <class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool try_lock_shared_until(
      const std::chrono::time_point<Clock, Duration>& at) {
    return take_until<LW_SHARED>(at);
  }

 private:
  template <int kMode, class Clock, class Duration>
  LOCKWEAVE_ALWAYS_INLINE bool take_until(const std::chrono::time_point<Clock, Duration>& at) {
    return detail::at_call_site([&](const void* pc) {
      return detail::attempt_until(at, [&](const detail::deadline& until) {
        return seen_take_until<kMode>(until, pc) == 0;
      });
    });
  }
};

using std::shared_lock;

}  // namespace lockweave
