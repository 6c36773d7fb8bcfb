// tests/e2e/programs/refused_by_mutex.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mutexes that say no instead of waiting, in a program that has asked for that and goes on.
#define _GNU_SOURCE  // the static initialisers
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t ceiling;

static void need(int given, int wanted) {
  if (given != wanted) abort();
}

int main(void) {  // expect-none
  pthread_mutexattr_t protects;
  need(pthread_mutex_lock(&checked), 0);
  need(pthread_mutex_lock(&checked), EDEADLK);
  need(pthread_mutex_unlock(&checked), 0);
  pthread_mutexattr_init(&protects);
  pthread_mutexattr_setprotocol(&protects, PTHREAD_PRIO_PROTECT);
  pthread_mutexattr_setprioceiling(&protects, 1);
  need(pthread_mutex_init(&ceiling, &protects), 0);
  if (pthread_mutex_lock(&ceiling) == 0) pthread_mutex_unlock(&ceiling);
  return 0;
}
