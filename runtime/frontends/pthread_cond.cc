// runtime/frontends/pthread_cond.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread condition variables: a wait is published with the mutex it must get back; signal and
// broadcast are notifications. std::condition_variable arrives here from libstdc++.so. A wait that the
// mutex refuses is none. A destruction that glibc lets last until all waiters have left is a wait, too.
#include "runtime/frontends/mutex.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

int flags_of(const pthread_condattr_t* attributes) {
  int shared = PTHREAD_PROCESS_PRIVATE;
  if (attributes != nullptr) pthread_condattr_getpshared(attributes, &shared);
  return shared == PTHREAD_PROCESS_SHARED ? LW_PROCESS_SHARED : 0;
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return wait_on_condition(condition, mutex, 0, LW_CALLER,
                           [=] { return real().pthread_cond_wait(condition, mutex); });
}

LW_EXPORT int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                     const timespec* until) {
  return wait_on_condition(condition, mutex, LW_TIMED, LW_CALLER,
                           [=] { return real().pthread_cond_timedwait(condition, mutex, until); });
}

LW_EXPORT int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                     clockid_t clock, const timespec* until) {
  return wait_on_condition(condition, mutex, LW_TIMED, LW_CALLER, [=] {
    return real().pthread_cond_clockwait(condition, mutex, clock, until);
  });
}

LW_EXPORT int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  Operation operation(LW_OP_NOTIFY, condition, LW_CONDITION_VARIABLE);
  if (operation) lw_notify(condition, LW_CONDITION_VARIABLE, 0, LW_CALLER);
  return real().pthread_cond_signal(condition);
}

LW_EXPORT int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  Operation operation(LW_OP_NOTIFY, condition, LW_CONDITION_VARIABLE);
  if (operation) lw_notify(condition, LW_CONDITION_VARIABLE, 1, LW_CALLER);
  return real().pthread_cond_broadcast(condition);
}

LW_EXPORT int pthread_cond_init(pthread_cond_t* condition,
                                const pthread_condattr_t* attributes) noexcept {
  Operation operation(LW_OP_BEGIN, condition, LW_CONDITION_VARIABLE);
  if (operation) {
    lw_object_begin(condition, LW_CONDITION_VARIABLE, flags_of(attributes), LW_CALLER);
  }
  return real().pthread_cond_init(condition, attributes);
}

LW_EXPORT int pthread_cond_destroy(pthread_cond_t* condition) noexcept {
  int result = 0;
  destroy_condition(condition, LW_CALLER, [&] { result = real().pthread_cond_destroy(condition); });
  return result;
}

}  // extern "C"
