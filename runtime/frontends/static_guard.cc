// runtime/frontends/static_guard.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Guards of function-local statics (Itanium C++ ABI 3.3.3).
//
// | call              | events                                                                 |
// |-------------------|------------------------------------------------------------------------|
// | __cxa_guard_acquire | a wait for who initialises it; acquired if the caller is to do so    |
// | __cxa_guard_release, __cxa_guard_abort | release                                           |
//
// A thread that enters its own initialisation again: with one thread libstdc++ throws, and no wait is
// published; with more it waits for itself for ever, and that is reported as what it is.
// A plug-in of a C program finds our functions although its libstdc++ is not in our scope: then they
// do libstdc++'s work themselves, with its protocol.
#include <linux/futex.h>
#include <sys/syscall.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

extern "C" char __libc_single_threaded;

namespace lockweave::frontends {
namespace {

// libstdc++'s guard word, for a guard that no library serves. Source: gcc libsupc++/guard.cc.
constexpr int kDone = 1;
constexpr int kPending = 1 << 8;
constexpr int kWaiting = 1 << 16;

int* word_of(std::int64_t* guard) { return reinterpret_cast<int*>(guard); }

void wait_while(int* word, int value) {
  real().syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, nullptr);
}

int acquire_ourselves(std::int64_t* guard) {
  int* word = word_of(guard);
  for (;;) {
    int value = 0;
    if (__atomic_compare_exchange_n(word, &value, kPending, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
      return 1;
    }
    if (value == kDone) return 0;
    const int waiting = value | kWaiting;
    if (value == kPending && !__atomic_compare_exchange_n(word, &value, waiting, false,
                                                          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      continue;
    }
    wait_while(word, waiting);
  }
}

void settle_ourselves(std::int64_t* guard, int value) {
  const int old = __atomic_exchange_n(word_of(guard), value, __ATOMIC_ACQ_REL);
  if ((old & kWaiting) == 0) return;
  real().syscall(SYS_futex, word_of(guard), FUTEX_WAKE_PRIVATE, __INT_MAX__);
}

int acquire(std::int64_t* guard) {
  const auto known = real().__cxa_guard_acquire;
  return known != nullptr ? known(guard) : acquire_ourselves(guard);
}

bool is_done(const std::int64_t* guard) {
  return __atomic_load_n(reinterpret_cast<const char*>(guard), __ATOMIC_ACQUIRE) != 0;
}

int acquire_waiting(std::int64_t* guard, const void* pc) {
  const Blocking blocking(guard, LW_STATIC_GUARD, 0, nullptr, nullptr, pc);
  return acquire(guard);
}

void give_back(const std::int64_t* guard, const void* pc) {
  const Operation operation(LW_OP_RELEASE, guard, LW_STATIC_GUARD);
  if (operation) lw_release(guard, LW_STATIC_GUARD, pc);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int __cxa_guard_acquire(std::int64_t* guard) {
  const Operation operation(LW_OP_ACQUIRE, guard, LW_STATIC_GUARD);
  if (is_done(guard) || !operation) return acquire(guard);
  const int result =
      __libc_single_threaded != 0 ? acquire(guard) : acquire_waiting(guard, LW_CALLER);
  if (result == 1) lw_acquired(guard, LW_STATIC_GUARD, 0, LW_CALLER);
  return result;
}

LW_EXPORT void __cxa_guard_release(std::int64_t* guard) noexcept {
  give_back(guard, LW_CALLER);
  const auto known = real().__cxa_guard_release;
  known != nullptr ? known(guard) : settle_ourselves(guard, kDone);
}

LW_EXPORT void __cxa_guard_abort(std::int64_t* guard) noexcept {
  give_back(guard, LW_CALLER);
  const auto known = real().__cxa_guard_abort;
  known != nullptr ? known(guard) : settle_ourselves(guard, 0);
}

}  // extern "C"
