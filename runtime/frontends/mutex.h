// runtime/frontends/mutex.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the pthread and the C11 front-end share about mutexes: facts that glibc keeps inside them.
#pragma once

#include <errno.h>

#include "runtime/frontends/long_wait.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {

void prepare_mutexes();  // once, before main

inline lw_kind kind_of(const pthread_mutex_t* mutex) {
  constexpr int kTypeMask = 3;
  switch (mutex->__data.__kind & kTypeMask) {
    case PTHREAD_MUTEX_RECURSIVE_NP: return LW_RECURSIVE_MUTEX;
    case PTHREAD_MUTEX_ERRORCHECK_NP: return LW_ERRORCHECK_MUTEX;
    default: return LW_MUTEX;
  }
}

inline int flags_of(const pthread_mutex_t* mutex) {
  constexpr int kProcessSharedBit = 128;
  return (mutex->__data.__kind & kProcessSharedBit) != 0 ? LW_PROCESS_SHARED : 0;
}

// The real lock, in parts while what lasts is to be told.
inline int lock_for_long(pthread_mutex_t* mutex) {
  constexpr int kPlainKinds = 3 | 128;  // with a priority protocol or robust: the kernel's business
  const bool plain = (mutex->__data.__kind & ~kPlainKinds) == 0 && real().mutexes_are_glibcs;
  return in_parts(
      plain, [=] { return real().pthread_mutex_lock(mutex); },
      [=](const timespec* until) {
        return real().pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, until);
      });
}

// The wait after a failed try.
class MutexWait {
 public:
  MutexWait(const pthread_mutex_t* mutex, int flags, const void* pc)
      : blocking_(mutex, kind_of(mutex), flags | flags_of(mutex), nullptr, &mutex->__data.__owner,
                  pc) {}

 private:
  const Blocking blocking_;
};

// An error-checking mutex answers its owner, who locks it again, with EDEADLK: nobody sleeps, and what
// follows is the program's business.
inline bool refuses_owner(const pthread_mutex_t* mutex) {
  return kind_of(mutex) == LW_ERRORCHECK_MUTEX && lw_owns(mutex->__data.__owner) != 0;
}

// pthread_mutex_destroy leaves this mark, and every later call is refused.
inline bool is_destroyed(const pthread_mutex_t* mutex) { return mutex->__data.__kind == -1; }

// True if it was, and that is told.
inline bool check_destroyed(const pthread_mutex_t* mutex, const void* pc) {
  if (!is_destroyed(mutex)) [[likely]]
    return false;
  lw_used_after_end(mutex, kind_of(mutex), pc);
  return true;
}

// For an unlock of what the thread was not seen to take: another thread's, or nobody's? By glibc's own
// word, so that locks taken unseen raise no alarm.
inline void check_owner(const pthread_mutex_t* mutex, const void* pc) {
  const int owner = mutex->__data.__owner;
  if (lw_owns(owner) != 0) return;
  lw_release_not_held(mutex, kind_of(mutex), owner == 0 ? "not-locked" : "other-thread", pc);
}

// A condition wait gives back a mutex: does the thread have it?
inline void check_waiter(const pthread_mutex_t* mutex, const void* pc) {
  const int owner = mutex->__data.__owner;
  if (lw_owns(owner) != 0) return;
  const char* variant = owner == 0 ? "waits-not-locked" : "waits-other-thread";
  lw_release_not_held(mutex, kind_of(mutex), variant, pc);
}

// A mutex that counts or checks refuses to be given back by who does not own it (EPERM): then a condition
// wait with it returns at once.
inline bool refuses_waiter(const pthread_mutex_t* mutex) {
  constexpr int kRobustBit = 16;
  const bool checks = kind_of(mutex) != LW_MUTEX || (mutex->__data.__kind & kRobustBit) != 0;
  return checks && lw_owns(mutex->__data.__owner) == 0;
}

inline int level_kept(const pthread_mutex_t* mutex) {
  const bool deep = kind_of(mutex) == LW_RECURSIVE_MUTEX && mutex->__data.__count > 1;
  return deep && lw_owns(mutex->__data.__owner) != 0 ? LW_KEEPS : 0;
}

// Another process may have initialised it. glibc: the lowest bit of __wrefs.
inline bool is_process_shared(const void* condition) {
  const auto* it = static_cast<const pthread_cond_t*>(condition);
  return (__atomic_load_n(&it->__data.__wrefs, __ATOMIC_RELAXED) & 1) != 0;
}

template <class Wait>
int wait_on_condition(const void* condition, pthread_mutex_t* mutex, int flags, const void* pc,
                      Wait wait) {
  Operation operation(LW_OP_WAIT, condition, LW_CONDITION_VARIABLE, flags);
  if (!operation || check_destroyed(mutex, pc)) return wait();
  check_waiter(mutex, pc);
  if (refuses_waiter(mutex)) return wait();
  const int shared = is_process_shared(condition) ? LW_PROCESS_SHARED : 0;
  Blocking blocking(condition, LW_CONDITION_VARIABLE, flags | shared | level_kept(mutex), mutex,
                    &mutex->__data.__owner, pc);
  const int result = wait();
  if ((flags & LW_TIMED) != 0 && result != 0 && result != EOWNERDEAD) blocking.give_up();
  return result;
}

// glibc lets it last until all who wait have left, which they may never do.
template <class Destroy>
void destroy_condition(pthread_cond_t* condition, const void* pc, Destroy destroy) {
  constexpr unsigned kWaiterShift = 3;  // glibc: number of waiters << 3 in __wrefs
  Operation operation(LW_OP_END, condition, LW_CONDITION_VARIABLE);
  if (!operation) return destroy();
  if (__atomic_load_n(&condition->__data.__wrefs, __ATOMIC_RELAXED) >> kWaiterShift != 0) {
    lw_object_ending(condition, LW_CONDITION_VARIABLE, pc);
    const Blocking blocking(condition, LW_CONDITION_VARIABLE, LW_LEAVING | LW_UNORDERED, nullptr,
                            nullptr, pc);
    destroy();
  } else {
    destroy();
  }
  lw_object_end(condition, LW_CONDITION_VARIABLE, pc);
}

}  // namespace lockweave::frontends
