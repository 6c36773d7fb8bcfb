// tests/e2e/programs/timed_wait.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Everybody sleeps, but one of them only for a moment: no deadlock, however long the moment is.
#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "run_threads.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool stop;

static void* wait_for_work(void* unused) {
  pthread_mutex_lock(&mutex);
  while (!stop) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static void* watchdog(void* unused) {
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 1;
  pthread_mutex_lock(&mutex);
  while (pthread_cond_timedwait(&changed, &mutex, &end) != ETIMEDOUT) {
  }
  stop = true;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  run_threads(wait_for_work, watchdog, NULL);
  return 0;
}
