// tests/e2e/programs/try_lock_backoff.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but the second lock is only tried: who does not get it gives the first one back.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;

static void with_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  while (pthread_mutex_trylock(second) != 0) {
    pthread_mutex_unlock(first);
    sched_yield();
    pthread_mutex_lock(first);
  }
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void* left_first(void* unused) {
  with_both(&left, &right);
  next_step();
  return unused;
}

static void* right_first(void* unused) {
  await_step(1);
  with_both(&right, &left);
  return unused;
}

int main(void) {
  run_threads(left_first, right_first, NULL);
  return 0;
}
