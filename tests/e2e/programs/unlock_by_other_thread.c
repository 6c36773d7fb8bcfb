// tests/e2e/programs/unlock_by_other_thread.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mutex used as a signal: one thread locks, another unlocks. Undefined; a semaphore may do this.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;

static void* start_job(void* unused) {
  pthread_mutex_lock(&busy);
  next_step();
  await_step(2);
  return unused;
}

static void* finish_job(void* unused) {
  await_step(1);
  pthread_mutex_unlock(&busy);  // expect: unlock-not-held
  next_step();
  return unused;
}

int main(void) {
  run_threads(start_job, finish_job, NULL);
  return 0;
}
