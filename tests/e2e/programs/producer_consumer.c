// tests/e2e/programs/producer_consumer.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A condition variable used well: the state is changed under the mutex and tested in a loop.
#include <stdbool.h>

#include "run_threads.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int produced;
static bool done;

static void* produce(void* unused) {
  for (int i = 0; i <= 1000; ++i) {
    pthread_mutex_lock(&mutex);
    if (i < 1000) {
      ++produced;
    } else {
      done = true;
    }
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

static void* consume(void* unused) {
  pthread_mutex_lock(&mutex);
  for (;;) {
    while (produced == 0 && !done) pthread_cond_wait(&changed, &mutex);
    if (produced == 0) break;
    --produced;
  }
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  run_threads(consume, consume, produce);
  return 0;
}
