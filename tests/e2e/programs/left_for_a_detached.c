// tests/e2e/programs/left_for_a_detached.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread ends with a lock that it keeps on purpose, as the JVM's does: who wants it from then on is
// detached, nobody waits for it, and the process ends as ever.
#define _GNU_SOURCE
#include <pthread.h>

#include "steps.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void* close_gate(void* unused) {
  pthread_mutex_lock(&gate);  // expect: lock-leak
  next_step();
  return unused;
}

static void* run_into_it(void* unused) {
  await_step(1);
  pthread_mutex_lock(&gate);
  return unused;
}

int main(void) {
  enum { kContended = 2 };
  pthread_t waiter, closer;
  pthread_create(&waiter, NULL, run_into_it, NULL);
  pthread_detach(waiter);
  pthread_create(&closer, NULL, close_gate, NULL);
  while (gate.__data.__lock != kContended) sched_yield();
  pthread_join(closer, NULL);
  return 0;
}
