// tests/e2e/programs/robust_owner_detached.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A detached thread ends with a robust mutex for which another one waits: the kernel gives it to that one
// (EOWNERDEAD), though nobody but the waiter and who joins it is left.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t ledger;

static bool is_waited_for(void) {
  const unsigned kWaiters = 0x80000000;  // in the kernel's word
  return (__atomic_load_n((unsigned*)&ledger.__data.__lock, __ATOMIC_RELAXED) & kWaiters) != 0;
}

static void* die_with_it(void* unused) {  // expect-none
  pthread_mutex_lock(&ledger);
  next_step();
  while (!is_waited_for()) sched_yield();
  return unused;
}

static void* inherit(void* got) {
  await_step(1);
  *(int*)got = pthread_mutex_lock(&ledger);
  pthread_mutex_consistent(&ledger);
  pthread_mutex_unlock(&ledger);
  return got;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&ledger, &attributes);
  pthread_t owner, heir;
  int got = 0;
  pthread_create(&owner, NULL, die_with_it, NULL);
  pthread_detach(owner);
  pthread_create(&heir, NULL, inherit, &got);
  pthread_join(heir, NULL);
  return got == EOWNERDEAD ? 0 : 1;
}
