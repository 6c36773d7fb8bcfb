// tests/e2e/programs/slot_under_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A buffer with one slot: who fills it waits for the slot under the lock that who empties it takes before it
// gives the slot back, elsewhere: it is no room that a group shares. By luck the slot was free whenever
// it was wanted.
#include <pthread.h>
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t slot;
static sem_t filled;
static int item;

static void* fill(void* unused) {
  for (volatile int i = 0; i < 2; ++i) {
    await_step(2 * i);
    pthread_mutex_lock(&lock);
    sem_wait(&slot);  // expect: blocking-under-lock
    item = i;
    pthread_mutex_unlock(&lock);
    sem_post(&filled);
    next_step();
  }
  return unused;
}

static void* empty(void* unused) {
  for (volatile int i = 0; i < 2; ++i) {
    await_step(2 * i + 1);
    sem_wait(&filled);
    pthread_mutex_lock(&lock);
    item = -1;
    pthread_mutex_unlock(&lock);
    sem_post(&slot);
    next_step();
  }
  return unused;
}

int main(void) {
  sem_init(&slot, 0, 1);
  sem_init(&filled, 0, 0);
  run_threads(fill, empty, NULL);
  return 0;
}
