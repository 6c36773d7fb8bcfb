// tests/e2e/programs/destroyed_while_held.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mutex is destroyed while another thread is inside it.
#include <pthread.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  pthread_mutex_lock(&mutex);
  next_step();
  await_step(2);
  pthread_mutex_unlock(&mutex);  // the destroy below failed with EBUSY: the mutex is still alive
  return unused;
}

int main(void) {
  pthread_t worker;
  pthread_create(&worker, NULL, work, NULL);
  await_step(1);
  pthread_mutex_destroy(&mutex);  // expect: destroyed-while-held
  next_step();
  pthread_join(worker, NULL);
  return 0;
}
