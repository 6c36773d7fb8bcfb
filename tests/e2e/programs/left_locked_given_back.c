// tests/e2e/programs/left_locked_given_back.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks whose owner has ended, and nobody hangs: robust ones say so to the next owner (EOWNERDEAD), which
// makes them consistent again or gives them up for good (ENOTRECOVERABLE).
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "steps.h"

static pthread_mutex_t kept;
static pthread_mutex_t given_up;

static void* take_both(void* unused) {  // expect-none
  pthread_mutex_lock(&kept);
  pthread_mutex_lock(&given_up);
  next_step();
  await_step(2);
  return unused;
}

static void* wait_for_kept(void* unused) {
  await_step(1);
  next_step();
  if (pthread_mutex_lock(&kept) != EOWNERDEAD) abort();
  pthread_mutex_consistent(&kept);
  pthread_mutex_unlock(&kept);
  return unused;
}

int main(void) {
  pthread_mutexattr_t robust;
  pthread_t taker;
  pthread_t waiter;
  pthread_mutexattr_init(&robust);
  pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&kept, &robust);
  pthread_mutex_init(&given_up, &robust);
  pthread_create(&taker, NULL, take_both, NULL);
  pthread_create(&waiter, NULL, wait_for_kept, NULL);
  pthread_join(taker, NULL);
  pthread_join(waiter, NULL);
  if (pthread_mutex_lock(&kept) != 0) abort();
  pthread_mutex_unlock(&kept);
  if (pthread_mutex_lock(&given_up) != EOWNERDEAD) abort();
  pthread_mutex_unlock(&given_up);
  if (pthread_mutex_lock(&given_up) != ENOTRECOVERABLE) abort();
  return 0;
}
