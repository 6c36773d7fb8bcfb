// tests/e2e/programs/permit_after_join.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks like waits under a lock that the other side needs: who took it has been joined before, by the
// waiter, by a thread that the waiter joined, and before the waiter was created. The permits are there.
#include <semaphore.h>

#include "run_threads.h"

static pthread_mutex_t results = PTHREAD_MUTEX_INITIALIZER;
static sem_t done;
static int sum;

static void* add(void* unused) {
  pthread_mutex_lock(&results);
  ++sum;
  pthread_mutex_unlock(&results);
  sem_post(&done);
  return unused;
}

static void* add_by_another(void* unused) {
  pthread_t adder;
  pthread_create(&adder, NULL, add, NULL);
  pthread_join(adder, NULL);
  return unused;
}

static void* collect(void* unused) {
  pthread_mutex_lock(&results);
  sem_wait(&done);
  pthread_mutex_unlock(&results);
  return unused;
}

static void run(void* (*function)(void*)) {
  pthread_t thread;
  pthread_create(&thread, NULL, function, NULL);
  pthread_join(thread, NULL);
}

int main(void) {
  sem_init(&done, 0, 0);
  run(add);
  collect(NULL);
  run(add_by_another);
  collect(NULL);
  run(add);
  run(collect);
  return sum == 3 ? 0 : 1;  // expect-none
}
