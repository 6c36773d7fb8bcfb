// tests/peers/transparency/spin_and_barrier.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spin locks and barriers under contention: nothing to tell.
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

enum { kThreads = 4, kRounds = 200 };
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static int counter = 0;
static int serial = 0;

static void* run(void* unused) {
  for (int i = 0; i < kRounds; ++i) {
    pthread_spin_lock(&spin);
    ++counter;
    if (i % 20 == 0) sched_yield();
    pthread_spin_unlock(&spin);
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) ++serial;
    pthread_barrier_wait(&barrier);
  }
  return unused;
}

int main(void) {
  pthread_t threads[kThreads];
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_barrier_init(&barrier, NULL, kThreads);
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, run, NULL);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&barrier);
  pthread_spin_destroy(&spin);
  printf("%d %d\n", counter, serial);
  return 0;
}
