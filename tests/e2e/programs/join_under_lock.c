// tests/e2e/programs/join_under_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The main thread waits for a worker to end while it holds the lock the worker needs to end.
#include <pthread.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t results = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  await_step(1);
  pthread_mutex_lock(&results);  // expect-either: deadlock
  pthread_mutex_unlock(&results);
  return unused;
}

int main(void) {
  pthread_t worker;
  pthread_create(&worker, NULL, work, NULL);
  pthread_mutex_lock(&results);
  next_step();
  pthread_join(worker, NULL);  // expect-either: deadlock
  pthread_mutex_unlock(&results);
  return 0;
}
