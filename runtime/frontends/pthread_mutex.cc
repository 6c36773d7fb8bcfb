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
// EOWNERDEAD (robust) counts as acquired. A wait that the mutex refuses is none: an error-checking mutex
// that its owner locks again returns EDEADLK. Any call for a destroyed mutex is refused, and told.
#include <errno.h>

#include "runtime/core/state/fast_lock.h"
#include "runtime/frontends/mutex.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

bool got_it(int result) { return result == 0 || result == EOWNERDEAD; }

template <class Block>
int lock_mutex(pthread_mutex_t* mutex, int flags, const void* pc, Block block) {
  int result = real().pthread_mutex_trylock(mutex);
  if (result == EINVAL && check_destroyed(mutex, pc)) return result;
  if (result == EBUSY) {
    if (refuses_owner(mutex)) return block();
    const MutexWait wait(mutex, flags, pc);
    result = block();
  }
  if (got_it(result)) lw_acquired(mutex, kind_of(mutex), flags | flags_of(mutex), pc);
  return result;
}

__attribute__((noinline)) int general_lock(pthread_mutex_t* mutex, const void* pc) {
  Operation operation(LW_OP_ACQUIRE, mutex, kind_of(mutex), flags_of(mutex));
  const auto block = [=] { return lock_for_long(mutex); };
  return operation ? lock_mutex(mutex, 0, pc, block) : block();
}

__attribute__((noinline)) int general_unlock(pthread_mutex_t* mutex, const void* pc) {
  Operation operation(LW_OP_RELEASE, mutex, kind_of(mutex), flags_of(mutex));
  const bool ended = operation && check_destroyed(mutex, pc);
  // Also one that has ended: who waited for it then has got it all the same.
  if (operation && lw_release(mutex, LW_MUTEX, pc) == 0 && !ended) check_owner(mutex, pc);
  return real().pthread_mutex_unlock(mutex);
}

}  // namespace

void prepare_mutexes() {
  if (real().mutexes_are_glibcs) lockweave::core::open_fast_path(lockweave::core::kNotGlibcs);
}

}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (lockweave::core::fast_lock<LW_EXCLUSIVE>(mutex, LW_CALLER)) return 0;
  return general_lock(mutex, LW_CALLER);
}

LW_EXPORT int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  if (lockweave::core::fast_lock<LW_TRY>(mutex, LW_CALLER)) return 0;
  Operation operation(LW_OP_ACQUIRE, mutex, kind_of(mutex), LW_TRY | flags_of(mutex));
  const int result = real().pthread_mutex_trylock(mutex);
  if (operation && got_it(result)) {
    lw_acquired(mutex, kind_of(mutex), LW_TRY | flags_of(mutex), LW_CALLER);
  }
  if (operation && result == EINVAL) check_destroyed(mutex, LW_CALLER);
  return result;
}

LW_EXPORT int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) noexcept {
  if (lockweave::core::fast_lock<LW_EXCLUSIVE>(mutex, LW_CALLER)) return 0;
  Operation operation(LW_OP_ACQUIRE, mutex, kind_of(mutex), LW_TIMED | flags_of(mutex));
  const auto block = [=] { return real().pthread_mutex_timedlock(mutex, until); };
  return operation ? lock_mutex(mutex, LW_TIMED, LW_CALLER, block) : block();
}

LW_EXPORT int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                                      const timespec* until) noexcept {
  Operation operation(LW_OP_ACQUIRE, mutex, kind_of(mutex), LW_TIMED | flags_of(mutex));
  const auto block = [=] { return real().pthread_mutex_clocklock(mutex, clock, until); };
  return operation ? lock_mutex(mutex, LW_TIMED, LW_CALLER, block) : block();
}

LW_EXPORT int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (lockweave::core::fast_unlock(mutex)) return 0;
  return general_unlock(mutex, LW_CALLER);
}

LW_EXPORT int pthread_mutex_init(pthread_mutex_t* mutex,
                                 const pthread_mutexattr_t* attributes) noexcept {
  Operation operation(LW_OP_BEGIN, mutex, LW_MUTEX);
  const int result = real().pthread_mutex_init(mutex, attributes);
  if (operation && result == 0) {
    lw_object_begin(mutex, kind_of(mutex), flags_of(mutex), LW_CALLER);
  }
  return result;
}

LW_EXPORT int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  Operation operation(LW_OP_END, mutex, kind_of(mutex));
  if (operation) lw_object_end(mutex, kind_of(mutex), LW_CALLER);
  return real().pthread_mutex_destroy(mutex);
}

}  // extern "C"
