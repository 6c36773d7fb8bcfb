// tests/peers/healthy/cancelled_waits.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads sleep in cancellation points, then are cancelled and joined.
#include <semaphore.h>

#include "asleep.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t empty;
static int go;

static void unlock(void* lock) { pthread_mutex_unlock(lock); }

static void* in_condition(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  while (!go) pthread_cond_wait(&never, &mutex);
  pthread_cleanup_pop(1);
  return unused;
}

static void* in_semaphore(void* unused) {
  sem_wait(&empty);
  return unused;
}

static void* in_join(void* thread) {
  pthread_join(*(pthread_t*)thread, NULL);
  return NULL;
}

static void cancelled(pthread_t thread) {
  void* result = NULL;
  MUST(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
  MUST(result == PTHREAD_CANCELED);
}

int main(void) {
  MUST(sem_init(&empty, 0, 0) == 0);
  for (int round = 0; round < 20; ++round) {
    pthread_t condition_waiter = started(in_condition, NULL);
    const pthread_t semaphore_waiter = started(in_semaphore, NULL);
    const pthread_t joiner = started(in_join, &condition_waiter);
    if (round == 0) until_asleep(getpid(), getpid());
    cancelled(joiner);
    cancelled(condition_waiter);
    cancelled(semaphore_waiter);
  }
  puts("all cancelled");
  return 0;
}
