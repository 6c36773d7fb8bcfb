// tests/e2e/programs/permit_awaited_twice.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread gets a permit twice at one place under a lock. In between it has started a helper, which takes that
// lock before it posts the second one: by luck it came first.
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t shelf = PTHREAD_MUTEX_INITIALIZER;
static sem_t items;

static void* restock(void* unused) {
  pthread_mutex_lock(&shelf);
  pthread_mutex_unlock(&shelf);
  sem_post(&items);
  next_step();
  return unused;
}

static void* work(void* unused) {
  pthread_t helpers[2];
  for (volatile int round = 0; round < 2; ++round) {  // one call in the machine code
    pthread_mutex_lock(&shelf);
    sem_wait(&items);  // expect: blocking-under-lock
    pthread_mutex_unlock(&shelf);
    pthread_create(&helpers[round], NULL, restock, NULL);
    await_step(round + 1);
  }
  for (int round = 0; round < 2; ++round) pthread_join(helpers[round], NULL);
  return unused;
}

int main(void) {
  pthread_t worker;
  sem_init(&items, 0, 0);
  sem_post(&items);
  pthread_create(&worker, NULL, work, NULL);
  pthread_join(worker, NULL);
  return 0;
}
