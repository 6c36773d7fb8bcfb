// tests/peers/transparency/wrapper.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Another library that wraps pthread_mutex_lock: with_wrapper.c is run with it before and after us.
// library
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*next)(pthread_mutex_t*);
static long calls = 0;

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (next == NULL) next = (int (*)(pthread_mutex_t*))dlsym(RTLD_NEXT, "pthread_mutex_lock");
  __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
  return next(mutex);
}

long wrapped_calls(void) { return __atomic_load_n(&calls, __ATOMIC_RELAXED); }
