// tests/e2e/programs/permit_under_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A permit is waited for under a lock that its poster takes before it posts. It had luck: the permit was
// there already. Of the other semaphore the poster takes the lock only afterwards; and a permit that is
// waited for with a time limit is given up.
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t store = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t office = PTHREAD_MUTEX_INITIALIZER;
static sem_t items;
static sem_t orders;
static int sum;

static void* put(void* unused) {
  sem_post(&orders);
  pthread_mutex_lock(&office);
  ++sum;
  pthread_mutex_unlock(&office);
  pthread_mutex_lock(&store);
  ++sum;
  pthread_mutex_unlock(&store);
  sem_post(&items);
  sem_post(&items);
  next_step();
  return unused;
}

static void* get(void* unused) {
  await_step(1);
  pthread_mutex_lock(&office);
  sem_wait(&orders);
  pthread_mutex_unlock(&office);
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 3600;
  pthread_mutex_lock(&store);
  if (sem_timedwait(&items, &until) == 0) --sum;
  sem_wait(&items);  // expect: blocking-under-lock
  --sum;
  pthread_mutex_unlock(&store);
  return unused;
}

int main(void) {
  sem_init(&items, 0, 0);
  sem_init(&orders, 0, 0);
  run_threads(put, get, NULL);
  return 0;
}
