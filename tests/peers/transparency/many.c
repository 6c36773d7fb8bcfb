// tests/peers/transparency/many.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 500 locks held at once, 100 000 mutexes, 1 000 threads.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { kHeld = 500, kMutexes = 100000, kThreads = 1000, kAtOnce = 50 };

static pthread_mutex_t total_lock = PTHREAD_MUTEX_INITIALIZER;
static long total = 0;

static void* add_one(void* unused) {
  pthread_mutex_lock(&total_lock);
  ++total;
  pthread_mutex_unlock(&total_lock);
  return unused;
}

int main(void) {
  pthread_mutex_t* mutexes = malloc(kMutexes * sizeof *mutexes);
  for (int i = 0; i < kMutexes; ++i) pthread_mutex_init(&mutexes[i], NULL);
  for (int i = 0; i < kHeld; ++i) pthread_mutex_lock(&mutexes[i]);
  for (int i = 0; i < kHeld; ++i) pthread_mutex_unlock(&mutexes[i]);
  for (int i = 0; i < kMutexes; ++i) {
    pthread_mutex_lock(&mutexes[i]);
    ++total;
    pthread_mutex_unlock(&mutexes[i]);
  }
  for (int i = 0; i < kMutexes; ++i) pthread_mutex_destroy(&mutexes[i]);
  free(mutexes);
  for (int round = 0; round < kThreads / kAtOnce; ++round) {
    pthread_t threads[kAtOnce];
    for (int i = 0; i < kAtOnce; ++i) pthread_create(&threads[i], NULL, add_one, NULL);
    for (int i = 0; i < kAtOnce; ++i) pthread_join(threads[i], NULL);
  }
  printf("%ld\n", total);
  return 0;
}
