// tests/e2e/programs/unlocked_predicate.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A proper loop around the wait, and still the wake-up is lost: the flag is set without the mutex,
// so set and signal fit between the test of the flag and the wait.
#include <stdbool.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_bool ready;

static void* produce(void* unused) {
  await_step(1);
  ready = true;
  pthread_cond_signal(&changed);
  next_step();
  return unused;
}

static void* consume(void* unused) {
  pthread_mutex_lock(&mutex);
  while (!ready) {
    next_step();  // the flag was tested; the producer acts right now
    await_step(2);
    pthread_cond_wait(&changed, &mutex);  // expect: lost-wakeup
  }
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  run_threads(produce, consume, NULL);
  return 0;
}
