// tests/peers/healthy/barrier_loop.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Four threads meet at a barrier again and again; main meets them in the last round only by joining.
#include "asleep.h"

enum { kThreads = 4, kRounds = 500 };

static pthread_barrier_t barrier;
static int sums[kThreads];

static void* worker(void* number) {
  const size_t me = (size_t)number;
  for (int round = 0; round < kRounds; ++round) {
    sums[me] += round;
    pthread_barrier_wait(&barrier);
    MUST(sums[(me + 1) % kThreads] == sums[me]);
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  MUST(pthread_barrier_init(&barrier, NULL, kThreads) == 0);
  for (size_t i = 0; i < kThreads; ++i) threads[i] = started(worker, (void*)i);
  for (int i = 0; i < kThreads; ++i) joined(threads[i]);
  pthread_barrier_destroy(&barrier);
  printf("sum %d\n", sums[0]);
  return 0;
}
