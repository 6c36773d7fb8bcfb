// runtime/frontends/pthread_thread.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads: creation hands a token from the creator to the new thread, so that what came before the
// creation is known to come before all it does; joins order the other way. A thread's end is seen in
// the last round of its key destructors, after every thread_local destructor. A cancelled thread may
// leave a wait that nobody else ends. A name counts when the kernel has taken it: at most 15 characters
// (not seen: prctl).
#include <limits.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"
#include "runtime/frontends/threads.h"

namespace lockweave::frontends {
namespace {

const void* address_of(pthread_t thread) { return reinterpret_cast<const void*>(thread); }

constinit pthread_key_t end_key;
constinit bool have_end_key = false;

// The value counts the rounds of destructors; ours is to be the last one.
void on_key_destructor(void* value) {
  const auto round = reinterpret_cast<std::size_t>(value);
  if (round < PTHREAD_DESTRUCTOR_ITERATIONS) {
    pthread_setspecific(end_key, reinterpret_cast<void*>(round + 1));
    return;
  }
  Operation operation(LW_OP_EXIT, address_of(pthread_self()), LW_THREAD);
  if (operation) lw_thread_ended();
}

void expect_end() {
  if (have_end_key) pthread_setspecific(end_key, reinterpret_cast<void*>(std::size_t{1}));
}

void* run_thread(void* token) {
  begin_thread(token);
  void** payload = lw_thread_payload(token);
  auto* routine = reinterpret_cast<void* (*)(void*)>(payload[0]);
  return routine(payload[1]);
}

std::size_t stack_size_of(const pthread_attr_t* attributes) {
  if (attributes == nullptr) return default_stack_size();
  std::size_t size = 0;
  pthread_attr_getstacksize(attributes, &size);
  return size;
}

bool begins_detached(const pthread_attr_t* attributes) {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  return state == PTHREAD_CREATE_DETACHED;
}

template <class Join>
int join_thread(pthread_t thread, int flags, const void* pc, Join join) {
  Operation operation(LW_OP_JOIN, address_of(thread), LW_THREAD, flags);
  if (!operation || pthread_equal(thread, pthread_self())) return join();
  const auto* handle = address_of(thread);
  void* token = lw_thread_to_join(handle, flags);
  int result;
  {
    Blocking blocking(handle, LW_THREAD, flags, nullptr, nullptr, pc);
    result = join();
  }
  result == 0 ? lw_thread_joined(handle, token, pc) : lw_thread_not_joined(token);
  return result;
}

}  // namespace

std::size_t default_stack_size() {
  std::size_t size = 0;
  pthread_attr_t defaults;
  if (pthread_getattr_default_np(&defaults) == 0) {
    pthread_attr_getstacksize(&defaults, &size);
    pthread_attr_destroy(&defaults);
  }
  return size;
}

// The main thread has an end of its own if it leaves by pthread_exit; exit runs no key destructors.
void prepare_threads() {
  have_end_key = pthread_key_create(&end_key, on_key_destructor) == 0;
  expect_end();
}

void begin_thread(void* token) {
  expect_end();
  lw_thread_started(token);
}

void* announce_thread(std::size_t stack_size, void* routine, void* argument, const void* pc) {
  void* token = lw_thread_create(pc, stack_size);
  if (token == nullptr) return nullptr;
  void** payload = lw_thread_payload(token);
  payload[0] = routine;
  payload[1] = argument;
  return token;
}

}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                             void* (*routine)(void*), void* argument) noexcept {
  Operation operation(LW_OP_CREATE, thread, LW_THREAD);
  void* token = nullptr;
  if (operation) {
    token = announce_thread(stack_size_of(attributes), reinterpret_cast<void*>(routine), argument,
                            LW_CALLER);
  }
  if (token == nullptr) return real().pthread_create(thread, attributes, routine, argument);
  if (begins_detached(attributes)) lw_thread_begins_detached(token);
  const int result = real().pthread_create(thread, attributes, run_thread, token);
  result == 0 ? lw_thread_created(token) : lw_thread_not_created(token);
  return result;
}

LW_EXPORT int pthread_join(pthread_t thread, void** value) {
  return join_thread(thread, 0, LW_CALLER, [=] { return real().pthread_join(thread, value); });
}

LW_EXPORT int pthread_timedjoin_np(pthread_t thread, void** value, const timespec* until) {
  return join_thread(thread, LW_TIMED, LW_CALLER,
                     [=] { return real().pthread_timedjoin_np(thread, value, until); });
}

LW_EXPORT int pthread_clockjoin_np(pthread_t thread, void** value, clockid_t clock,
                                   const timespec* until) {
  return join_thread(thread, LW_TIMED, LW_CALLER,
                     [=] { return real().pthread_clockjoin_np(thread, value, clock, until); });
}

LW_EXPORT int pthread_tryjoin_np(pthread_t thread, void** value) noexcept {
  const auto* handle = address_of(thread);
  Operation operation(LW_OP_JOIN, address_of(thread), LW_THREAD, LW_TRY);
  void* token = operation ? lw_thread_to_join(handle, LW_TRY) : nullptr;
  const int result = real().pthread_tryjoin_np(thread, value);
  if (operation) {
    result == 0 ? lw_thread_joined(handle, token, LW_CALLER) : lw_thread_not_joined(token);
  }
  return result;
}

LW_EXPORT int pthread_detach(pthread_t thread) noexcept {
  const Operation operation(LW_OP_DETACH, address_of(thread), LW_THREAD);
  if (operation) lw_thread_detached(address_of(thread));
  return real().pthread_detach(thread);
}

LW_EXPORT int pthread_setname_np(pthread_t thread, const char* name) noexcept {
  const int result = real().pthread_setname_np(thread, name);
  const Operation operation;
  if (operation && result == 0) lw_thread_name(address_of(thread), name);
  return result;
}

LW_EXPORT int pthread_cancel(pthread_t thread) {
  Operation operation(LW_OP_CANCEL, address_of(thread), LW_THREAD);
  if (operation) lw_thread_cancelled(address_of(thread));
  return real().pthread_cancel(thread);
}

}  // extern "C"
