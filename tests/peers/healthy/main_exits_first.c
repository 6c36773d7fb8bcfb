// tests/peers/healthy/main_exits_first.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The main thread ends by pthread_exit while workers run; the last of them ends the process.
#include "asleep.h"

enum { kWorkers = 3 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn;

static void* worker(void* number) {
  const int me = (int)(size_t)number;
  pthread_mutex_lock(&mutex);
  while (turn != me) pthread_cond_wait(&changed, &mutex);
  printf("worker %d\n", me);
  ++turn;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  return NULL;
}

int main(void) {
  for (size_t i = kWorkers; i-- > 0;) {
    MUST(pthread_detach(started(worker, (void*)i)) == 0);
  }
  pthread_exit(NULL);
}
