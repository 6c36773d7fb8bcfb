// tests/e2e/programs/used_after_destroy.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mutex is destroyed before its last user is done: the call is refused, which nobody looks at, and
// what the lock was to protect is unprotected.
#include <pthread.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t counter_lock;
static pthread_mutex_t flag_lock;
static int counter;

static void* count(void* unused) {
  await_step(1);
  pthread_mutex_lock(&counter_lock);
  ++counter;
  pthread_mutex_unlock(&counter_lock);
  if (pthread_mutex_trylock(&flag_lock) == 0) pthread_mutex_unlock(&flag_lock);
  return unused;
}

static __attribute__((noinline)) int end_counter(void) {
  return pthread_mutex_destroy(&counter_lock) != 0;  // expect: destroyed-while-held
}

static __attribute__((noinline)) int end_flag(void) {
  return pthread_mutex_destroy(&flag_lock) != 0;  // expect: destroyed-while-held
}

int main(void) {
  pthread_t counting;
  pthread_mutex_init(&counter_lock, NULL);
  pthread_mutex_init(&flag_lock, NULL);
  pthread_create(&counting, NULL, count, NULL);
  pthread_mutex_lock(&counter_lock);
  pthread_mutex_unlock(&counter_lock);
  if (end_counter() != 0 || end_flag() != 0) return 1;
  next_step();
  pthread_join(counting, NULL);
  return 0;
}
