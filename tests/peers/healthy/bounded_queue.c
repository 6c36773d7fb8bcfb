// tests/peers/healthy/bounded_queue.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Producers and consumers share a small queue: full and empty all the time.
#include "asleep.h"

enum { kSize = 2, kItems = 2000, kThreads = 2 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;
static int items[kSize];
static int used;
static long consumed;

static void* producer(void* unused) {
  for (int i = 1; i <= kItems; ++i) {
    pthread_mutex_lock(&mutex);
    while (used == kSize) pthread_cond_wait(&not_full, &mutex);
    items[used++] = i;
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

static void* consumer(void* unused) {
  for (int i = 0; i < kItems; ++i) {
    pthread_mutex_lock(&mutex);
    while (used == 0) pthread_cond_wait(&not_empty, &mutex);
    consumed += items[--used];
    pthread_cond_signal(&not_full);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

int main(void) {
  pthread_t threads[2 * kThreads];
  for (int i = 0; i < 2 * kThreads; ++i) {
    threads[i] = started(i % 2 == 0 ? producer : consumer, NULL);
  }
  for (int i = 0; i < 2 * kThreads; ++i) joined(threads[i]);
  printf("consumed %ld\n", consumed);
  return 0;
}
