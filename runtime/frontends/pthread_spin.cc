// runtime/frontends/pthread_spin.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread spin locks.
//
// | call          | events                                                            |
// |---------------|-------------------------------------------------------------------|
// | lock          | acquired; block_begin, block_end before it if it takes long       |
// | trylock       | acquired as a trial                                               |
// | unlock        | release; misuse if nobody, or another thread, holds it            |
// | init, destroy | object_begin, object_end                                          |
//
// Spinning is tried for a while before a wait is published: that costs more than a usual critical
// section lasts. The waiting thread keeps running for the kernel, so it never makes "all threads are
// blocked"; a cycle through it is certain, for the lock is never given up by itself.
// The lock does not tell its owner: unlocking another thread's is noticed if that one was seen to take it.
#include <errno.h>

#include "runtime/core/state/fast_lock.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

constexpr int kTries = 1000;

int flags_of(int shared) { return shared == PTHREAD_PROCESS_SHARED ? LW_PROCESS_SHARED : 0; }

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// glibc: 1 = free on x86, 0 = free elsewhere.
bool is_free(const pthread_spinlock_t* lock) {
#if defined(__x86_64__)
  return *lock == 1;
#else
  return *lock == 0;
#endif
}

int lock_spinning(pthread_spinlock_t* lock, const void* pc) {
  for (int i = 0; i < kTries; ++i) {
    const int result = real().pthread_spin_trylock(lock);
    if (result != EBUSY) return result;
    relax();
  }
  Blocking blocking(const_cast<const int*>(lock), LW_SPINLOCK, 0, nullptr, nullptr, pc);
  return real().pthread_spin_lock(lock);
}

const void* address_of(const pthread_spinlock_t* lock) { return const_cast<const int*>(lock); }

// What the calling thread was not seen to take: whose is it? nullptr: it may be its own.
const char* misuse_of_unlock(const pthread_spinlock_t* lock) {
  if (is_free(lock)) return "not-locked";
  return lw_held_by_others(address_of(lock)) > 0 ? "other-thread" : nullptr;
}

std::uintptr_t bits(const pthread_spinlock_t* lock) {
  return reinterpret_cast<std::uintptr_t>(lock);
}

__attribute__((always_inline)) inline bool lock_known(pthread_spinlock_t* lock, const void* pc) {
  return core::fast_acquire<LW_EXCLUSIVE>(bits(lock), pc, [lock](const core::ThreadState&) {
    return real().pthread_spin_trylock(lock) == 0;
  });
}

__attribute__((noinline)) int general_lock(pthread_spinlock_t* lock, const void* pc) {
  Operation operation(LW_OP_ACQUIRE, lock, LW_SPINLOCK);
  if (!operation) return real().pthread_spin_lock(lock);
  const int result = lock_spinning(lock, pc);
  if (result == 0) lw_acquired(address_of(lock), LW_SPINLOCK, 0, pc);
  return result;
}

__attribute__((noinline)) int general_unlock(pthread_spinlock_t* lock, const void* pc) {
  Operation operation(LW_OP_RELEASE, lock, LW_SPINLOCK);
  if (operation && lw_release(address_of(lock), LW_SPINLOCK, pc) == 0) {
    if (const char* variant = misuse_of_unlock(lock)) {
      lw_release_not_held(address_of(lock), LW_SPINLOCK, variant, pc);
    }
  }
  return real().pthread_spin_unlock(lock);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  return lock_known(lock, LW_CALLER) ? 0 : general_lock(lock, LW_CALLER);
}

LW_EXPORT int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  Operation operation(LW_OP_ACQUIRE, lock, LW_SPINLOCK, LW_TRY);
  const int result = real().pthread_spin_trylock(lock);
  if (operation && result == 0) lw_acquired(address_of(lock), LW_SPINLOCK, LW_TRY, LW_CALLER);
  return result;
}

LW_EXPORT int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  lockweave::core::ThreadState* thread = lockweave::core::holds_innermost(bits(lock));
  if (thread == nullptr) return general_unlock(lock, LW_CALLER);
  lockweave::core::pop_innermost(*thread);
  return real().pthread_spin_unlock(lock);
}

LW_EXPORT int pthread_spin_init(pthread_spinlock_t* lock, int shared) noexcept {
  Operation operation(LW_OP_BEGIN, lock, LW_SPINLOCK, flags_of(shared));
  if (operation) lw_object_begin(address_of(lock), LW_SPINLOCK, flags_of(shared), LW_CALLER);
  return real().pthread_spin_init(lock, shared);
}

LW_EXPORT int pthread_spin_destroy(pthread_spinlock_t* lock) noexcept {
  Operation operation(LW_OP_END, lock, LW_SPINLOCK);
  if (operation) lw_object_end(address_of(lock), LW_SPINLOCK, LW_CALLER);
  return real().pthread_spin_destroy(lock);
}

}  // extern "C"
