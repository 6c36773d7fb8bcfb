// runtime/frontends/pthread_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread mutexes of every type, and through them std::mutex and its relatives.
//
// | call                          | events                                                       |
// |-------------------------------|--------------------------------------------------------------|
// | lock                          | acquired; when contended block_begin, block_end before it    |
// | timedlock, clocklock          | the same, the wait is timed                                  |
// | trylock                       | acquired as a trial                                          |
// | unlock                        | release; misuse if glibc's owner word says so                |
// | init, destroy                 | object_begin, object_end                                     |
//
// A lock is tried first: the uncontended case costs the same and needs no wait to be published.
// EOWNERDEAD (robust) counts as acquired. An error-checking mutex that its owner locks again returns
// EDEADLK instead of sleeping, so its wait is reported as one that ends by itself.
#include <errno.h>

#include "runtime/core/fast_lock.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

constexpr int kTypeMask = 3;
constexpr int kProcessSharedBit = 128;

lw_kind kind_of(const pthread_mutex_t* mutex) {
  switch (mutex->__data.__kind & kTypeMask) {
    case PTHREAD_MUTEX_RECURSIVE_NP:
      return LW_RECURSIVE_MUTEX;
    case PTHREAD_MUTEX_ERRORCHECK_NP:
      return LW_ERRORCHECK_MUTEX;
    default:
      return LW_MUTEX;
  }
}

int flags_of(const pthread_mutex_t* mutex) {
  return (mutex->__data.__kind & kProcessSharedBit) != 0 ? LW_PROCESS_SHARED : 0;
}

bool got_it(int result) { return result == 0 || result == EOWNERDEAD; }

// Waits in `block()` after a failed try; `flags` tells how.
template <class Block>
int wait_for_mutex(pthread_mutex_t* mutex, int flags, const void* pc, Block block) {
  const lw_kind kind = kind_of(mutex);
  const bool refuses_owner = kind == LW_ERRORCHECK_MUTEX;
  if (refuses_owner && lw_owns(mutex->__data.__owner)) flags |= LW_TIMED;
  Blocking blocking(mutex, kind, flags | flags_of(mutex), nullptr, &mutex->__data.__owner, pc);
  return block();
}

template <class Block>
int lock_mutex(pthread_mutex_t* mutex, int flags, const void* pc, Block block) {
  int result = real().pthread_mutex_trylock(mutex);
  if (result == EBUSY) result = wait_for_mutex(mutex, flags, pc, block);
  if (got_it(result)) lw_acquired(mutex, kind_of(mutex), 0, pc);
  return result;
}

// Another thread's, or nobody's: by glibc's own word, so that locks taken unseen raise no alarm.
void check_owner(pthread_mutex_t* mutex, const void* pc) {
  const int owner = mutex->__data.__owner;
  if (lw_owns(owner)) return;
  lw_release_not_held(mutex, kind_of(mutex), owner == 0 ? "not-locked" : "other-thread", pc);
}

__attribute__((noinline)) int general_lock(pthread_mutex_t* mutex, const void* pc) {
  Operation operation;
  const auto block = [=] { return real().pthread_mutex_lock(mutex); };
  return operation ? lock_mutex(mutex, 0, pc, block) : block();
}

__attribute__((noinline)) int general_unlock(pthread_mutex_t* mutex, const void* pc) {
  Operation operation;
  if (operation && lw_release(mutex, LW_MUTEX, pc) == 0) check_owner(mutex, pc);
  return real().pthread_mutex_unlock(mutex);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (real_table.mutexes_are_glibcs && lockweave::core::fast_lock(mutex, LW_CALLER)) return 0;
  return general_lock(mutex, LW_CALLER);
}

LW_EXPORT int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  Operation operation;
  const int result = real().pthread_mutex_trylock(mutex);
  if (operation && got_it(result)) lw_acquired(mutex, kind_of(mutex), LW_TRY, LW_CALLER);
  return result;
}

LW_EXPORT int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) noexcept {
  Operation operation;
  const auto block = [=] { return real().pthread_mutex_timedlock(mutex, until); };
  return operation ? lock_mutex(mutex, LW_TIMED, LW_CALLER, block) : block();
}

LW_EXPORT int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                                      const timespec* until) noexcept {
  Operation operation;
  const auto block = [=] { return real().pthread_mutex_clocklock(mutex, clock, until); };
  return operation ? lock_mutex(mutex, LW_TIMED, LW_CALLER, block) : block();
}

LW_EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (real_table.mutexes_are_glibcs && lockweave::core::fast_unlock(mutex)) return 0;
  return general_unlock(mutex, LW_CALLER);
}

LW_EXPORT int pthread_mutex_init(pthread_mutex_t* mutex,
                                 const pthread_mutexattr_t* attributes) noexcept {
  Operation operation;
  const int result = real().pthread_mutex_init(mutex, attributes);
  if (operation && result == 0) {
    lw_object_begin(mutex, kind_of(mutex), flags_of(mutex), LW_CALLER);
  }
  return result;
}

LW_EXPORT int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  Operation operation;
  if (operation) lw_object_end(mutex, kind_of(mutex), LW_CALLER);
  return real().pthread_mutex_destroy(mutex);
}

}  // extern "C"
