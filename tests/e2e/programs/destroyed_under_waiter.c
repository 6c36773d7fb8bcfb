// tests/e2e/programs/destroyed_under_waiter.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mutex is destroyed while another thread waits for it. It is free by then, so that thread gets it all
// the same, and gives it back, which the C library refuses: no lock is left locked, it is gone. One bug.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void keep_waiter_from_it(int signal) {
  (void)signal;
  next_step();
  await_step(2);
}

static void* work(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static void until_awaited(void) {
  const int locked_and_awaited = 2;
  while (__atomic_load_n(&mutex.__data.__lock, __ATOMIC_RELAXED) != locked_and_awaited)
    sched_yield();
}

int main(void) {
  signal(SIGUSR1, keep_waiter_from_it);
  pthread_mutex_lock(&mutex);
  pthread_t worker;
  pthread_create(&worker, NULL, work, NULL);
  until_awaited();
  pthread_kill(worker, SIGUSR1);
  await_step(1);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_destroy(&mutex);  // expect: destroyed-while-held
  next_step();
  pthread_join(worker, NULL);
  return 0;
}
