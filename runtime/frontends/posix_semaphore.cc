// runtime/frontends/posix_semaphore.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// POSIX semaphores: a wait that finds no permit is published; permits are followed to the thread that
// took them, so that a semaphore used as a lock takes part in lock order.
// A named semaphore is shared with other processes; it is gone when its last user closes it.
// `errno` is what the real call leaves; a failed try inside a successful wait does not show.
#include <errno.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

// Source: glibc sysdeps/nptl/internaltypes.h, struct new_sem: the permits (with the number of waiters
// where 64 bits can be changed at once), then whether other processes may use it.
int flags_of(const sem_t* semaphore) {
#if __SIZEOF_POINTER__ == 8
  constexpr std::size_t kShared = 2;
#else
  constexpr std::size_t kShared = 1;
#endif
  return reinterpret_cast<const int*>(semaphore)[kShared] != 0 ? LW_PROCESS_SHARED : 0;
}

bool has_permit(sem_t* semaphore) {
  int permits = 0;
  return sem_getvalue(semaphore, &permits) == 0 && permits > 0;
}

template <class Block>
int take_permit(sem_t* semaphore, int flags, const void* pc, Block block) {
  pthread_testcancel();  // a cancellation point even when a permit is there; sem_trywait is none
  Operation operation(LW_OP_ACQUIRE, semaphore, LW_SEMAPHORE, flags);
  if (!operation) return block();
  const int kept_errno = errno;
  int result = real().sem_trywait(semaphore);
  if (result == 0) {
    lw_wake_used(semaphore);
  } else if (errno == EAGAIN) {
    PublishedWait wait(semaphore, LW_SEMAPHORE, flags | flags_of(semaphore), pc);
    result = real().sem_trywait(semaphore);
    errno = kept_errno;
    if (result != 0) {
      wait.check_while([=] { return !has_permit(semaphore); });
      result = block();
      if (result != 0) wait.give_up();
    }
  }
  if (result == 0) lw_permit_taken(semaphore, flags, pc);
  return result;
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int sem_wait(sem_t* semaphore) {
  return take_permit(semaphore, 0, LW_CALLER, [=] { return real().sem_wait(semaphore); });
}

LW_EXPORT int sem_timedwait(sem_t* __restrict semaphore, const timespec* __restrict until) {
  return take_permit(semaphore, LW_TIMED, LW_CALLER,
                     [=] { return real().sem_timedwait(semaphore, until); });
}

LW_EXPORT int sem_clockwait(sem_t* __restrict semaphore, clockid_t clock,
                            const timespec* __restrict until) {
  return take_permit(semaphore, LW_TIMED, LW_CALLER,
                     [=] { return real().sem_clockwait(semaphore, clock, until); });
}

LW_EXPORT int sem_trywait(sem_t* semaphore) noexcept {
  Operation operation(LW_OP_ACQUIRE, semaphore, LW_SEMAPHORE, LW_TRY);
  const int result = real().sem_trywait(semaphore);
  if (operation && result == 0) {
    lw_wake_used(semaphore);
    lw_permit_taken(semaphore, LW_TRY, LW_CALLER);
  }
  return result;
}

LW_EXPORT int sem_post(sem_t* semaphore) noexcept {
  Operation operation(LW_OP_RELEASE, semaphore, LW_SEMAPHORE);
  if (operation) {
    lw_permit_given(semaphore, LW_CALLER);
    lw_notify(semaphore, LW_SEMAPHORE, 0, LW_CALLER);
  }
  const int result = real().sem_post(semaphore);
  if (operation && result != 0 && errno == EOVERFLOW) {
    lw_misuse("semaphore-imbalance", "over-release", semaphore, LW_SEMAPHORE, LW_CALLER);
  }
  return result;
}

LW_EXPORT int sem_init(sem_t* semaphore, int shared, unsigned permits) noexcept {
  Operation operation(LW_OP_BEGIN, semaphore, LW_SEMAPHORE);
  const int result = real().sem_init(semaphore, shared, permits);
  if (operation && result == 0) {
    lw_semaphore_begin(semaphore, permits, shared != 0 ? LW_PROCESS_SHARED : 0, LW_CALLER);
  }
  return result;
}

LW_EXPORT int sem_close(sem_t* semaphore) noexcept {
  Operation operation(LW_OP_END, semaphore, LW_SEMAPHORE);
  const std::uint64_t mark = operation ? lw_memory_mark() : 0;
  const int result = real().sem_close(semaphore);
  if (operation && result == 0) lw_memory_gone(semaphore, sizeof *semaphore, mark);
  return result;
}

LW_EXPORT int sem_destroy(sem_t* semaphore) noexcept {
  Operation operation(LW_OP_END, semaphore, LW_SEMAPHORE);
  if (operation) lw_object_end(semaphore, LW_SEMAPHORE, LW_CALLER);
  return real().sem_destroy(semaphore);
}

}  // extern "C"
