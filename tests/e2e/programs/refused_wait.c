// tests/e2e/programs/refused_wait.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Condition waits with mutexes that are not locked, and that say so at once (EPERM): a mistake, but nobody
// sleeps, and the program goes on.
#define _GNU_SOURCE  // the static initialisers
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t robust;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER;

static void need_refusal(int given) {
  if (given != EPERM) abort();
}

static __attribute__((noinline)) void wait_with_checked(void) {
  need_refusal(pthread_cond_wait(&bell, &checked));  // expect: unlock-not-held
}

static __attribute__((noinline)) void wait_with_recursive(void) {
  need_refusal(pthread_cond_wait(&bell, &recursive));  // expect: unlock-not-held
}

static __attribute__((noinline)) void wait_with_robust(void) {
  need_refusal(pthread_cond_wait(&bell, &robust));  // expect: unlock-not-held
}

int main(void) {
  pthread_mutexattr_t survives;
  pthread_mutexattr_init(&survives);
  pthread_mutexattr_setrobust(&survives, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &survives);
  for (int attempts = 0; attempts < 2; ++attempts) {
    wait_with_checked();
    wait_with_recursive();
    wait_with_robust();
  }
  return 0;
}
