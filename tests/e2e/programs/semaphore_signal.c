// tests/e2e/programs/semaphore_signal.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A semaphore as a signal: one thread waits, another posts. Nobody owns it, and that is its use.
#include <semaphore.h>

#include "run_threads.h"

static sem_t ping;
static sem_t pong;

static void* serve(void* unused) {
  for (int i = 0; i < 200; ++i) {
    sem_wait(&ping);
    sem_post(&pong);
  }
  return unused;
}

static void* play(void* unused) {
  for (int i = 0; i < 200; ++i) {
    sem_post(&ping);
    sem_wait(&pong);
  }
  return unused;
}

int main(void) {
  sem_init(&ping, 0, 0);
  sem_init(&pong, 0, 0);
  run_threads(serve, play, NULL);
  sem_destroy(&ping);
  sem_destroy(&pong);
  return 0;
}
