// tests/e2e/programs/condition_bound_anew.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All waiters of a condition variable have been woken, one has not got its mutex back yet: the next one may
// wait with another mutex, since nobody waits with the first.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t morning = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t evening = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER;
static bool first = false;
static bool second = false;

static void* in_the_morning(void* unused) {  // expect-none
  pthread_mutex_lock(&morning);
  next_step();
  while (!first) pthread_cond_wait(&bell, &morning);
  pthread_mutex_unlock(&morning);
  return unused;
}

static void* in_the_evening(void* unused) {
  pthread_mutex_lock(&evening);
  next_step();
  while (!second) pthread_cond_wait(&bell, &evening);
  pthread_mutex_unlock(&evening);
  return unused;
}

static void ring_in_the_evening(void) {
  pthread_mutex_lock(&evening);
  second = true;
  pthread_cond_broadcast(&bell);
  pthread_mutex_unlock(&evening);
}

int main(void) {
  pthread_t one, other;
  pthread_create(&one, NULL, in_the_morning, NULL);
  await_step(1);
  pthread_mutex_lock(&morning);
  first = true;
  pthread_cond_broadcast(&bell);
  pthread_create(&other, NULL, in_the_evening, NULL);
  await_step(2);
  ring_in_the_evening();
  pthread_mutex_unlock(&morning);
  pthread_join(one, NULL);
  pthread_join(other, NULL);
  return 0;
}
