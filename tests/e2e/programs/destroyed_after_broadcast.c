// tests/e2e/programs/destroyed_after_broadcast.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What POSIX allows: all waiters are told, and the condition variable and the barrier are destroyed while
// some are still on their way out, one of them not even with its mutex back.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t desk = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t served;
static pthread_barrier_t start;
static bool turn;

static void* queue_up(void* unused) {  // expect-none
  pthread_mutex_lock(&desk);
  next_step();
  while (!turn) pthread_cond_wait(&served, &desk);
  pthread_mutex_unlock(&desk);
  pthread_barrier_wait(&start);
  return unused;
}

int main(void) {
  enum { kCustomers = 4, kRounds = 50 };
  pthread_t customers[kCustomers];
  for (int round = 0; round < kRounds; ++round) {
    turn = false;
    pthread_cond_init(&served, NULL);
    pthread_barrier_init(&start, NULL, kCustomers + 1);
    for (int i = 0; i < kCustomers; ++i) pthread_create(&customers[i], NULL, queue_up, NULL);
    await_step((round + 1) * kCustomers);
    pthread_mutex_lock(&desk);
    turn = true;
    pthread_cond_broadcast(&served);
    pthread_cond_destroy(&served);
    pthread_mutex_unlock(&desk);
    pthread_barrier_wait(&start);
    pthread_barrier_destroy(&start);
    for (int i = 0; i < kCustomers; ++i) pthread_join(customers[i], NULL);
  }
  return 0;
}
