// runtime/frontends/pthread_rwlock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread read-write locks, and through them std::shared_mutex and std::shared_timed_mutex.
// rdlock/wrlock: acquired in shared/exclusive mode, with a published wait when contended; the try
// forms are trials; timed and clock forms wait with a limit; unlock releases either mode.
//
// A writer that locks again gets EDEADLK from glibc instead of sleeping. glibc does not tell who
// reads, so unlock misuse is only known when nobody at all holds it.
#include <errno.h>

#include "runtime/frontends/long_wait.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

int flags_of(const pthread_rwlock_t* lock) {
  return lock->__data.__shared != 0 ? LW_PROCESS_SHARED : 0;
}

// glibc's third preference is the only one that keeps readers behind a waiting writer.
bool writers_first(const pthread_rwlock_t* lock) {
  return lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

template <class Try, class Block>
int lock_rwlock(pthread_rwlock_t* lock, int flags, const void* pc, Try attempt, Block block) {
  int result = attempt(lock);
  if (result == EBUSY || result == EAGAIN) {
    const bool refused = lw_owns(lock->__data.__cur_writer) != 0;
    Blocking blocking(lock, LW_RWLOCK, flags | flags_of(lock) | (refused ? LW_TIMED : 0), nullptr,
                      nullptr, pc);
    result = block();
  }
  if (result == 0) {
    lw_acquired(lock, LW_RWLOCK, flags | flags_of(lock), pc);
  }
  return result;
}

bool nobody_holds(const pthread_rwlock_t* lock) {
  constexpr unsigned kReaderShift = 3;  // glibc: number of readers << 3 in __readers
  return lock->__data.__cur_writer == 0 && (lock->__data.__readers >> kReaderShift) == 0;
}

void tried(const pthread_rwlock_t* lock, int mode, const void* pc) {
  lw_acquired(lock, LW_RWLOCK, mode | LW_TRY | flags_of(lock), pc);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  Operation operation(lock);
  const auto block = [=] {
    return in_two_parts(
        true, [=] { return real().pthread_rwlock_rdlock(lock); },
        [=](const timespec* until) {
          return real().pthread_rwlock_clockrdlock(lock, CLOCK_MONOTONIC, until);
        });
  };
  if (!operation) return block();
  if (writers_first(lock)) lw_read_again(lock, LW_CALLER);
  return lock_rwlock(lock, LW_SHARED, LW_CALLER, real().pthread_rwlock_tryrdlock, block);
}

LW_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Operation operation(lock);
  const auto block = [=] { return real().pthread_rwlock_timedrdlock(lock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_SHARED | LW_TIMED, LW_CALLER, real().pthread_rwlock_tryrdlock, block);
}

LW_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                                         const timespec* until) noexcept {
  Operation operation(lock);
  const auto block = [=] { return real().pthread_rwlock_clockrdlock(lock, clock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_SHARED | LW_TIMED, LW_CALLER, real().pthread_rwlock_tryrdlock, block);
}

LW_EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  Operation operation(lock);
  const auto block = [=] {
    return in_two_parts(
        true, [=] { return real().pthread_rwlock_wrlock(lock); },
        [=](const timespec* until) {
          return real().pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, until);
        });
  };
  if (!operation) return block();
  return lock_rwlock(lock, 0, LW_CALLER, real().pthread_rwlock_trywrlock, block);
}

LW_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Operation operation(lock);
  const auto block = [=] { return real().pthread_rwlock_timedwrlock(lock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_TIMED, LW_CALLER, real().pthread_rwlock_trywrlock, block);
}

LW_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                                         const timespec* until) noexcept {
  Operation operation(lock);
  const auto block = [=] { return real().pthread_rwlock_clockwrlock(lock, clock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_TIMED, LW_CALLER, real().pthread_rwlock_trywrlock, block);
}

LW_EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  Operation operation(lock);
  const int result = real().pthread_rwlock_tryrdlock(lock);
  if (operation && result == 0) tried(lock, LW_SHARED, LW_CALLER);
  return result;
}

LW_EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  Operation operation(lock);
  const int result = real().pthread_rwlock_trywrlock(lock);
  if (operation && result == 0) tried(lock, 0, LW_CALLER);
  return result;
}

LW_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  Operation operation(lock);
  if (operation && lw_release(lock, LW_RWLOCK, LW_CALLER) == 0) {
    const bool nobody = nobody_holds(lock);
    const bool other_writes = lock->__data.__cur_writer != 0 && !lw_owns(lock->__data.__cur_writer);
    if (nobody || other_writes) {
      lw_release_not_held(lock, LW_RWLOCK, nobody ? "not-locked" : "other-thread", LW_CALLER);
    }
  }
  return real().pthread_rwlock_unlock(lock);
}

LW_EXPORT int pthread_rwlock_init(pthread_rwlock_t* lock,
                                  const pthread_rwlockattr_t* attributes) noexcept {
  Operation operation(lock);
  const int result = real().pthread_rwlock_init(lock, attributes);
  if (operation && result == 0) lw_object_begin(lock, LW_RWLOCK, flags_of(lock), LW_CALLER);
  return result;
}

LW_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t* lock) noexcept {
  Operation operation(lock);
  if (operation) lw_object_end(lock, LW_RWLOCK, LW_CALLER);
  return real().pthread_rwlock_destroy(lock);
}

}  // extern "C"
