// tests/e2e/programs/destroyed_condition.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread_cond_destroy returns when all waiters have left; this one would be told only afterwards.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t desk = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t served = PTHREAD_COND_INITIALIZER;
static bool turn;

static void* queue_up(void* unused) {
  pthread_mutex_lock(&desk);
  next_step();
  while (!turn) pthread_cond_wait(&served, &desk);  // expect-either: deadlock
  pthread_mutex_unlock(&desk);
  return unused;
}

int main(void) {
  pthread_t customer;
  pthread_create(&customer, NULL, queue_up, NULL);
  await_step(1);
  pthread_mutex_lock(&desk);  // the customer waits now
  pthread_mutex_unlock(&desk);
  pthread_cond_destroy(&served);  // expect: destroyed-while-held // expect-either: deadlock
  pthread_mutex_lock(&desk);
  turn = true;
  pthread_mutex_unlock(&desk);
  pthread_join(customer, NULL);
  return 0;
}
