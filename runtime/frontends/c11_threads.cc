// runtime/frontends/c11_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C11 threads. glibc's are its pthread objects under other names, but they do not call the pthread
// functions by name, so each is interposed. Everything means what it means there (pthread_mutex.cc,
// pthread_cond.cc, pthread_thread.cc); call_once is in once.cc. tss_* and thrd_exit need
// nothing: a thread's end is seen in its last key destructor.
//
// | call                           | events                                                    |
// |--------------------------------|-----------------------------------------------------------|
// | mtx_lock, mtx_timedlock        | acquired; when contended block_begin, block_end before it |
// | mtx_trylock                    | acquired as a trial                                       |
// | mtx_unlock                     | release; misuse if glibc's owner word says so             |
// | mtx_init, mtx_destroy          | object_begin, object_end                                  |
// | cnd_wait, cnd_timedwait        | block_begin with the mutex, block_end                     |
// | cnd_signal, cnd_broadcast      | notify                                                    |
// | cnd_init, cnd_destroy          | object_begin, object_end                                  |
// | thrd_create, thrd_join, _detach | as pthread_create, pthread_join, pthread_detach           |
#include "runtime/frontends/mutex.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"
#include "runtime/frontends/threads.h"

namespace lockweave::frontends {
namespace {

pthread_mutex_t* pthread_of(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }

template <class Block>
int lock_c11(mtx_t* mutex, int flags, const void* pc, Block block) {
  int result = real().mtx_trylock(mutex);
  if (result == thrd_error && check_destroyed(pthread_of(mutex), pc)) return result;
  if (result == thrd_busy) {
    const MutexWait wait(pthread_of(mutex), flags, pc);
    result = block();
  }
  if (result == thrd_success) lw_acquired(mutex, kind_of(pthread_of(mutex)), flags, pc);
  return result;
}

int run_c11_thread(void* token) {
  begin_thread(token);
  void** payload = lw_thread_payload(token);
  return reinterpret_cast<thrd_start_t>(payload[0])(payload[1]);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int mtx_lock(mtx_t* mutex) {
  Operation operation(LW_OP_ACQUIRE, mutex, kind_of(pthread_of(mutex)));
  const auto block = [=] {
    return lock_for_long(pthread_of(mutex)) == 0 ? thrd_success : thrd_error;
  };
  return operation ? lock_c11(mutex, 0, LW_CALLER, block) : block();
}

LW_EXPORT int mtx_timedlock(mtx_t* __restrict mutex, const timespec* __restrict until) {
  Operation operation(LW_OP_ACQUIRE, mutex, kind_of(pthread_of(mutex)), LW_TIMED);
  const auto block = [=] { return real().mtx_timedlock(mutex, until); };
  return operation ? lock_c11(mutex, LW_TIMED, LW_CALLER, block) : block();
}

LW_EXPORT int mtx_trylock(mtx_t* mutex) {
  Operation operation(LW_OP_ACQUIRE, mutex, kind_of(pthread_of(mutex)), LW_TRY);
  const int result = real().mtx_trylock(mutex);
  if (operation && result == thrd_success) {
    lw_acquired(mutex, kind_of(pthread_of(mutex)), LW_TRY, LW_CALLER);
  }
  return result;
}

LW_EXPORT int mtx_unlock(mtx_t* mutex) {
  Operation operation(LW_OP_RELEASE, mutex, kind_of(pthread_of(mutex)));
  const bool ended = operation && check_destroyed(pthread_of(mutex), LW_CALLER);
  if (operation && lw_release(mutex, LW_MUTEX, LW_CALLER) == 0 && !ended) {
    check_owner(pthread_of(mutex), LW_CALLER);
  }
  return real().mtx_unlock(mutex);
}

LW_EXPORT int mtx_init(mtx_t* mutex, int type) {
  Operation operation(LW_OP_BEGIN, mutex, LW_MUTEX);
  const int result = real().mtx_init(mutex, type);
  if (operation && result == thrd_success) {
    lw_object_begin(mutex, kind_of(pthread_of(mutex)), 0, LW_CALLER);
  }
  return result;
}

LW_EXPORT void mtx_destroy(mtx_t* mutex) {
  Operation operation(LW_OP_END, mutex, kind_of(pthread_of(mutex)));
  if (operation) lw_object_end(mutex, kind_of(pthread_of(mutex)), LW_CALLER);
  real().mtx_destroy(mutex);
}

LW_EXPORT int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return wait_on_condition(condition, pthread_of(mutex), 0, LW_CALLER,
                           [=] { return real().cnd_wait(condition, mutex); });
}

LW_EXPORT int cnd_timedwait(cnd_t* __restrict condition, mtx_t* __restrict mutex,
                            const timespec* __restrict until) {
  return wait_on_condition(condition, pthread_of(mutex), LW_TIMED, LW_CALLER,
                           [=] { return real().cnd_timedwait(condition, mutex, until); });
}

LW_EXPORT int cnd_signal(cnd_t* condition) {
  Operation operation(LW_OP_NOTIFY, condition, LW_CONDITION_VARIABLE);
  if (operation) lw_notify(condition, LW_CONDITION_VARIABLE, 0, LW_CALLER);
  return real().cnd_signal(condition);
}

LW_EXPORT int cnd_broadcast(cnd_t* condition) {
  Operation operation(LW_OP_NOTIFY, condition, LW_CONDITION_VARIABLE);
  if (operation) lw_notify(condition, LW_CONDITION_VARIABLE, 1, LW_CALLER);
  return real().cnd_broadcast(condition);
}

LW_EXPORT int cnd_init(cnd_t* condition) {
  Operation operation(LW_OP_BEGIN, condition, LW_CONDITION_VARIABLE);
  if (operation) lw_object_begin(condition, LW_CONDITION_VARIABLE, 0, LW_CALLER);
  return real().cnd_init(condition);
}

LW_EXPORT void cnd_destroy(cnd_t* condition) {
  destroy_condition(reinterpret_cast<pthread_cond_t*>(condition), LW_CALLER,
                    [=] { real().cnd_destroy(condition); });
}

LW_EXPORT int thrd_create(thrd_t* thread, thrd_start_t routine, void* argument) {
  Operation operation(LW_OP_CREATE, thread, LW_THREAD);
  void* token = nullptr;
  if (operation) {
    token = announce_thread(default_stack_size(), reinterpret_cast<void*>(routine), argument,
                            LW_CALLER);
  }
  if (token == nullptr) return real().thrd_create(thread, routine, argument);
  const int result = real().thrd_create(thread, run_c11_thread, token);
  result == thrd_success ? lw_thread_created(token) : lw_thread_not_created(token);
  return result;
}

LW_EXPORT int thrd_detach(thrd_t thread) {
  const Operation operation(LW_OP_DETACH, reinterpret_cast<const void*>(thread), LW_THREAD);
  if (operation) lw_thread_detached(reinterpret_cast<const void*>(thread));
  return real().thrd_detach(thread);
}

LW_EXPORT int thrd_join(thrd_t thread, int* result) {
  Operation operation(LW_OP_JOIN, reinterpret_cast<const void*>(thread), LW_THREAD);
  if (!operation || thrd_equal(thread, thrd_current()) != 0)
    return real().thrd_join(thread, result);
  const auto* handle = reinterpret_cast<const void*>(thread);
  void* token = lw_thread_to_join(handle, 0);
  int outcome;
  {
    Blocking blocking(handle, LW_THREAD, 0, nullptr, nullptr, LW_CALLER);
    outcome = real().thrd_join(thread, result);
  }
  outcome == thrd_success ? lw_thread_joined(handle, token, LW_CALLER)
                          : lw_thread_not_joined(token);
  return outcome;
}

}  // extern "C"
