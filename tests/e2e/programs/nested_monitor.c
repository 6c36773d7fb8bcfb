// tests/e2e/programs/nested_monitor.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A queue inside a service, each with a mutex. get() gives the queue's mutex back while it waits,
// not the service's, and put() needs the service's: nobody can ever put.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t service = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static int items;

static void* get(void* unused) {
  pthread_mutex_lock(&service);
  pthread_mutex_lock(&queue);
  next_step();
  while (items == 0) pthread_cond_wait(&not_empty, &queue);  // expect-either: deadlock
  --items;
  pthread_mutex_unlock(&queue);
  pthread_mutex_unlock(&service);
  return unused;
}

static void* put(void* unused) {
  await_step(1);
  pthread_mutex_lock(&service);  // expect-either: deadlock
  pthread_mutex_lock(&queue);
  ++items;
  pthread_cond_signal(&not_empty);
  pthread_mutex_unlock(&queue);
  pthread_mutex_unlock(&service);
  return unused;
}

int main(void) {
  run_threads(get, put, NULL);
  return 0;
}
