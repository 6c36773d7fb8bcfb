// tests/peers/healthy/timed_waits.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everybody sleeps, and everything depends on waits that give up by themselves.
#include <errno.h>
#include <semaphore.h>
#include <time.h>

#include "asleep.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t never_free = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t empty;
static sem_t done;

static struct timespec soon(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  now.tv_nsec += 2000000;
  if (now.tv_nsec >= 1000000000) {
    now.tv_nsec -= 1000000000;
    ++now.tv_sec;
  }
  return now;
}

static void* timed(void* unused) {
  struct timespec until = soon(CLOCK_REALTIME);
  MUST(sem_timedwait(&empty, &until) != 0 && errno == ETIMEDOUT);
  until = soon(CLOCK_REALTIME);
  MUST(pthread_mutex_timedlock(&never_free, &until) == ETIMEDOUT);
  until = soon(CLOCK_REALTIME);
  int reason = 0;
  pthread_mutex_lock(&mutex);
  while (reason == 0) reason = pthread_cond_timedwait(&never, &mutex, &until);
  pthread_mutex_unlock(&mutex);
  MUST(reason == ETIMEDOUT);
  sem_post(&done);
  return unused;
}

static void* untimed(void* unused) {
  MUST(sem_wait(&done) == 0);
  sem_post(&done);
  return unused;
}

int main(void) {
  MUST(sem_init(&empty, 0, 0) == 0 && sem_init(&done, 0, 0) == 0);
  pthread_mutex_lock(&never_free);
  const pthread_t first = started(untimed, NULL);
  const pthread_t second = started(timed, NULL);
  joined(first);
  joined(second);
  pthread_mutex_unlock(&never_free);
  puts("all gave up in time");
  return 0;
}
