// tests/e2e/programs/hand_over_hand.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One thread walks a -> b -> c, giving each node back when it has the next; the other takes c then
// a. The orders form a ring, but its first two steps need one and the same thread.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;

static void* walk(void* unused) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&a);
  pthread_mutex_lock(&c);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&c);
  next_step();
  return unused;
}

static void* close_ring(void* unused) {
  await_step(1);
  pthread_mutex_lock(&c);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&c);
  return unused;
}

int main(void) {
  run_threads(walk, close_ring, NULL);
  return 0;
}
