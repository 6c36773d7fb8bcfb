// runtime/frontends/pthread_rwlock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread read-write locks, and through them std::shared_mutex and std::shared_timed_mutex.
// rdlock/wrlock: acquired in shared/exclusive mode, with a published wait when contended; the try
// forms are trials; timed and clock forms wait with a limit; unlock releases either mode.
//
// A writer that locks again gets EDEADLK from glibc instead of sleeping. glibc tells how many read, and
// not who: who was not seen to take it gives back another's hold if all the holds there are, are known to
// be others'. With one among them that nobody was seen to take, it may be the caller's.
#include <errno.h>

#include "runtime/core/state/fast_lock.h"
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

// glibc's number of readers, and what else it keeps in that word.
unsigned readers_word(const pthread_rwlock_t* lock) {
  return __atomic_load_n(&lock->__data.__readers, __ATOMIC_ACQUIRE);
}
unsigned readers_in(unsigned word) {
  constexpr unsigned kReaderShift = 3;
  return word >> kReaderShift;
}

// Asked twice: while threads are gone through, one may have given back and another one taken.
bool all_readers_are_others(const pthread_rwlock_t* lock) {
  const unsigned word = readers_word(lock);
  return lw_held_by_others(lock) >= readers_in(word) &&
         lw_held_by_others(lock) >= readers_in(word) && readers_word(lock) == word;
}

// What the calling thread was not seen to take: whose is it? nullptr: it may be its own.
const char* misuse_of_unlock(const pthread_rwlock_t* lock) {
  const int writer = __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED);
  if (writer != 0) return lw_owns(writer) != 0 ? nullptr : "other-thread";
  if (readers_in(readers_word(lock)) == 0) return "not-locked";
  return all_readers_are_others(lock) ? "other-thread" : nullptr;
}

std::uintptr_t address_of(const pthread_rwlock_t* lock) {
  return reinterpret_cast<std::uintptr_t>(lock);
}

// The inlined path. A thread that reads already only counts, which is the general path's business.
__attribute__((always_inline)) inline bool read_known(pthread_rwlock_t* lock, const void* pc) {
  return core::fast_acquire<LW_SHARED>(
      address_of(lock), pc, [lock](const core::ThreadState& thread) {
        const bool first = thread.top == nullptr || !core::holds(thread, address_of(lock));
        return first && real().pthread_rwlock_tryrdlock(lock) == 0;
      });
}
__attribute__((always_inline)) inline bool write_known(pthread_rwlock_t* lock, const void* pc) {
  return core::fast_acquire<LW_EXCLUSIVE>(address_of(lock), pc, [lock](const core::ThreadState&) {
    return real().pthread_rwlock_trywrlock(lock) == 0;
  });
}
__attribute__((always_inline)) inline bool unlock_known(pthread_rwlock_t* lock) {
  core::ThreadState* thread = core::holds_innermost(address_of(lock));
  if (thread == nullptr || core::innermost_held(*thread).count != 1) return false;
  core::pop_innermost(*thread);
  real().pthread_rwlock_unlock(lock);
  return true;
}

__attribute__((noinline)) int general_read(pthread_rwlock_t* lock, const void* pc) {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, LW_SHARED | flags_of(lock));
  const auto block = [=] {
    return in_parts(
        true, [=] { return real().pthread_rwlock_rdlock(lock); },
        [=](const timespec* until) {
          return real().pthread_rwlock_clockrdlock(lock, CLOCK_MONOTONIC, until);
        });
  };
  if (!operation) return block();
  if (writers_first(lock)) lw_read_again(lock, pc);
  return lock_rwlock(lock, LW_SHARED, pc, real().pthread_rwlock_tryrdlock, block);
}

__attribute__((noinline)) int general_write(pthread_rwlock_t* lock, const void* pc) {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, flags_of(lock));
  const auto block = [=] {
    return in_parts(
        true, [=] { return real().pthread_rwlock_wrlock(lock); },
        [=](const timespec* until) {
          return real().pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, until);
        });
  };
  if (!operation) return block();
  return lock_rwlock(lock, 0, pc, real().pthread_rwlock_trywrlock, block);
}

__attribute__((noinline)) int general_unlock(pthread_rwlock_t* lock, const void* pc) {
  Operation operation(LW_OP_RELEASE, lock, LW_RWLOCK, flags_of(lock));
  if (operation && lw_release(lock, LW_RWLOCK, pc) == 0) {
    if (const char* variant = misuse_of_unlock(lock)) {
      lw_release_not_held(lock, LW_RWLOCK, variant, pc);
    }
  }
  return real().pthread_rwlock_unlock(lock);
}

void tried(const pthread_rwlock_t* lock, int mode, const void* pc) {
  lw_acquired(lock, LW_RWLOCK, mode | LW_TRY | flags_of(lock), pc);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  return read_known(lock, LW_CALLER) ? 0 : general_read(lock, LW_CALLER);
}

LW_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, LW_SHARED | LW_TIMED | flags_of(lock));
  const auto block = [=] { return real().pthread_rwlock_timedrdlock(lock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_SHARED | LW_TIMED, LW_CALLER, real().pthread_rwlock_tryrdlock, block);
}

LW_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                                         const timespec* until) noexcept {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, LW_SHARED | LW_TIMED | flags_of(lock));
  const auto block = [=] { return real().pthread_rwlock_clockrdlock(lock, clock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_SHARED | LW_TIMED, LW_CALLER, real().pthread_rwlock_tryrdlock, block);
}

LW_EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  return write_known(lock, LW_CALLER) ? 0 : general_write(lock, LW_CALLER);
}

LW_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, LW_TIMED | flags_of(lock));
  const auto block = [=] { return real().pthread_rwlock_timedwrlock(lock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_TIMED, LW_CALLER, real().pthread_rwlock_trywrlock, block);
}

LW_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                                         const timespec* until) noexcept {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, LW_TIMED | flags_of(lock));
  const auto block = [=] { return real().pthread_rwlock_clockwrlock(lock, clock, until); };
  if (!operation) return block();
  return lock_rwlock(lock, LW_TIMED, LW_CALLER, real().pthread_rwlock_trywrlock, block);
}

LW_EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, LW_SHARED | LW_TRY | flags_of(lock));
  const int result = real().pthread_rwlock_tryrdlock(lock);
  if (operation && result == 0) tried(lock, LW_SHARED, LW_CALLER);
  return result;
}

LW_EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  Operation operation(LW_OP_ACQUIRE, lock, LW_RWLOCK, LW_TRY | flags_of(lock));
  const int result = real().pthread_rwlock_trywrlock(lock);
  if (operation && result == 0) tried(lock, 0, LW_CALLER);
  return result;
}

LW_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  return unlock_known(lock) ? 0 : general_unlock(lock, LW_CALLER);
}

LW_EXPORT int pthread_rwlock_init(pthread_rwlock_t* lock,
                                  const pthread_rwlockattr_t* attributes) noexcept {
  Operation operation(LW_OP_BEGIN, lock, LW_RWLOCK);
  const int result = real().pthread_rwlock_init(lock, attributes);
  if (operation && result == 0) lw_object_begin(lock, LW_RWLOCK, flags_of(lock), LW_CALLER);
  return result;
}

LW_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t* lock) noexcept {
  Operation operation(LW_OP_END, lock, LW_RWLOCK);
  if (operation) lw_object_end(lock, LW_RWLOCK, LW_CALLER);
  return real().pthread_rwlock_destroy(lock);
}

// Hooks of the drop-in types, here because they need the real functions.
LW_EXPORT int lw_rwlock_known(void* rwlock, int mode, const void* pc) {
  auto* lock = static_cast<pthread_rwlock_t*>(rwlock);
  return (mode == LW_SHARED ? read_known(lock, pc) : write_known(lock, pc)) ? 1 : 0;
}

LW_EXPORT int lw_rwlock_unlock_known(void* rwlock) {
  return unlock_known(static_cast<pthread_rwlock_t*>(rwlock)) ? 1 : 0;
}

}  // extern "C"
