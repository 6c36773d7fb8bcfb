// tests/peers/hanging/barrier_short.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A barrier for three that only two reach.
// hangs: deadlock
#include <pthread.h>

static pthread_barrier_t barrier;

static void* run(void* unused) {
  pthread_barrier_wait(&barrier);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, 3);
  pthread_create(&thread, NULL, run, NULL);
  pthread_barrier_wait(&barrier);
  pthread_join(thread, NULL);
  return 0;
}
