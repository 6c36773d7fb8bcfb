// runtime/frontends/glib.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GLib's GMutex and GCond, which are futex words of its own. GRecMutex, GRWLock and GThread are pthread's,
// and arrive there. A GMutex has no owner, so it is a custom lock.
//
// | call                              | events                                                |
// |-----------------------------------|-------------------------------------------------------|
// | g_mutex_lock                      | acquired; when contended a wait before it             |
// | g_mutex_trylock                   | acquired as a trial                                   |
// | g_mutex_unlock                    | release                                               |
// | g_mutex_init, g_mutex_clear       | object_begin, object_end                              |
// | g_cond_wait, g_cond_wait_until    | a wait that gives the mutex back; the latter timed    |
// | g_cond_signal, g_cond_broadcast   | notify                                                |
//
// Nothing of GLib is linked or declared elsewhere: who calls these has loaded it. What GLib does inside
// itself passes us by, as Debian binds those calls within the library.
// Source: GLib 2.74, glib/gthread-posix.c.
#include <stdlib.h>

#include <cstdint>

#include "runtime/frontends/of_library.h"
#include "runtime/frontends/operation.h"

namespace lockweave::frontends {
namespace {

template <class Signature>
class OfGlib : public OfLibrary<Signature> {
 public:
  explicit constexpr OfGlib(const char* name) : OfLibrary<Signature>(name, {"libglib-2.0.so.0"}) {}

  template <class... Arguments>
  auto operator()(Arguments... arguments) {
    Signature* found = this->find();
    if (found == nullptr) abort();  // somebody called it, so it was there
    return found(arguments...);
  }
};

constinit OfGlib<void(void*)> real_init{"g_mutex_init"};
constinit OfGlib<void(void*)> real_clear{"g_mutex_clear"};
constinit OfGlib<void(void*)> real_lock{"g_mutex_lock"};
constinit OfGlib<int(void*)> real_trylock{"g_mutex_trylock"};
constinit OfGlib<void(void*)> real_unlock{"g_mutex_unlock"};
constinit OfGlib<void(void*, void*)> real_wait{"g_cond_wait"};
constinit OfGlib<int(void*, void*, std::int64_t)> real_wait_until{"g_cond_wait_until"};
constinit OfGlib<void(void*)> real_signal{"g_cond_signal"};
constinit OfGlib<void(void*)> real_broadcast{"g_cond_broadcast"};

void lock(void* mutex, const void* pc) {
  if (real_trylock(mutex) == 0) {
    const Blocking blocking(mutex, LW_CUSTOM, 0, nullptr, nullptr, pc);
    real_lock(mutex);
  }
  lw_acquired(mutex, LW_CUSTOM, 0, pc);
}

void notify(void* condition, bool all, const void* pc) {
  const Operation operation(LW_OP_NOTIFY, condition, LW_CONDITION_VARIABLE);
  if (operation) lw_notify(condition, LW_CONDITION_VARIABLE, all ? 1 : 0, pc);
  all ? real_broadcast(condition) : real_signal(condition);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT void g_mutex_init(void* mutex) {
  const Operation operation(LW_OP_BEGIN, mutex, LW_CUSTOM);
  real_init(mutex);
  if (operation) lw_object_begin(mutex, LW_CUSTOM, 0, LW_CALLER);
}

LW_EXPORT void g_mutex_clear(void* mutex) {
  const Operation operation(LW_OP_END, mutex, LW_CUSTOM);
  if (operation) lw_object_end(mutex, LW_CUSTOM, LW_CALLER);
  real_clear(mutex);
}

LW_EXPORT void g_mutex_lock(void* mutex) {
  const Operation operation(LW_OP_ACQUIRE, mutex, LW_CUSTOM);
  operation ? lock(mutex, LW_CALLER) : real_lock(mutex);
}

LW_EXPORT int g_mutex_trylock(void* mutex) {
  const Operation operation(LW_OP_ACQUIRE, mutex, LW_CUSTOM, LW_TRY);
  const int taken = real_trylock(mutex);
  if (operation && taken != 0) lw_acquired(mutex, LW_CUSTOM, LW_TRY, LW_CALLER);
  return taken;
}

LW_EXPORT void g_mutex_unlock(void* mutex) {
  const Operation operation(LW_OP_RELEASE, mutex, LW_CUSTOM);
  if (operation) lw_release(mutex, LW_CUSTOM, LW_CALLER);
  real_unlock(mutex);
}

LW_EXPORT void g_cond_wait(void* condition, void* mutex) {
  const Operation operation(LW_OP_WAIT, condition, LW_CONDITION_VARIABLE);
  if (!operation) return real_wait(condition, mutex);
  const Blocking blocking(condition, LW_CONDITION_VARIABLE, 0, mutex, nullptr, LW_CALLER);
  real_wait(condition, mutex);
}

LW_EXPORT int g_cond_wait_until(void* condition, void* mutex, std::int64_t until) {
  const Operation operation(LW_OP_WAIT, condition, LW_CONDITION_VARIABLE, LW_TIMED);
  if (!operation) return real_wait_until(condition, mutex, until);
  Blocking blocking(condition, LW_CONDITION_VARIABLE, LW_TIMED, mutex, nullptr, LW_CALLER);
  const int woken = real_wait_until(condition, mutex, until);
  if (woken == 0) blocking.give_up();
  return woken;
}

LW_EXPORT void g_cond_signal(void* condition) { notify(condition, false, LW_CALLER); }

LW_EXPORT void g_cond_broadcast(void* condition) { notify(condition, true, LW_CALLER); }

}  // extern "C"
