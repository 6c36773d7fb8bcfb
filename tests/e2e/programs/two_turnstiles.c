// tests/e2e/programs/two_turnstiles.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks like waits under a lock that the other side needs: a barrier of two turnstiles. The last to arrive
// closes the second one and opens the first, under the lock of the counter, the last to leave the other way
// round. Each has come through the turnstile that it closes.
#include <semaphore.h>

#include "run_threads.h"

enum { kThreads = 3, kRounds = 30 };

static pthread_mutex_t counter = PTHREAD_MUTEX_INITIALIZER;
static sem_t first;
static sem_t second;
static int inside;

static void* meet(void* unused) {
  for (int round = 0; round < kRounds; ++round) {
    pthread_mutex_lock(&counter);
    if (++inside == kThreads) {
      sem_wait(&second);
      sem_post(&first);
    }
    pthread_mutex_unlock(&counter);
    sem_wait(&first);
    sem_post(&first);
    pthread_mutex_lock(&counter);
    if (--inside == 0) {
      sem_wait(&first);
      sem_post(&second);
    }
    pthread_mutex_unlock(&counter);
    sem_wait(&second);
    sem_post(&second);
  }
  return unused;
}

int main(void) {
  sem_init(&first, 0, 0);
  sem_init(&second, 0, 1);
  run_threads(meet, meet, meet);
  return 0;  // expect-none
}
