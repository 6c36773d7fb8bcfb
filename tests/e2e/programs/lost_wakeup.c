// tests/e2e/programs/lost_wakeup.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The notification comes before the wait, nobody remembers it, and the waiter sleeps forever.
// A condition variable is no message box: what happened must stand in a variable that is tested
// under the mutex, in a loop around the wait.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;

static void* produce(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_cond_signal(&ready);
  pthread_mutex_unlock(&mutex);
  next_step();
  return unused;
}

static void* consume(void* unused) {
  await_step(1);
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&ready, &mutex);  // expect: lost-wakeup
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  run_threads(produce, consume, NULL);
  return 0;
}
