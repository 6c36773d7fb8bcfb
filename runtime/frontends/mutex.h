// runtime/frontends/mutex.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the pthread and the C11 front-end share about mutexes: facts that glibc keeps inside them.
#pragma once

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

// The wait after a failed try. An error-checking mutex refuses its owner instead of sleeping, so that
// wait is published as one that ends by itself.
class MutexWait {
 public:
  MutexWait(const pthread_mutex_t* mutex, int flags, const void* pc)
      : blocking_(mutex, kind_of(mutex), flags | flags_of(mutex) | refusal(mutex), nullptr,
                  &mutex->__data.__owner, pc) {}

 private:
  static int refusal(const pthread_mutex_t* mutex) {
    const bool refused =
        kind_of(mutex) == LW_ERRORCHECK_MUTEX && lw_owns(mutex->__data.__owner) != 0;
    return refused ? LW_TIMED : 0;
  }

  const Blocking blocking_;
};

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

}  // namespace lockweave::frontends
