// tests/peers/healthy/rwlock_loops.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Readers, writers and a recursive mutex, thousands of times over.
#include "asleep.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t recursive;
static long value;

static void deeper(int depth) {
  pthread_mutex_lock(&recursive);
  if (depth > 0) deeper(depth - 1);
  ++value;
  pthread_mutex_unlock(&recursive);
}

static void* worker(void* number) {
  for (size_t i = 0; i < 1500; ++i) {
    if (i % 8 == (size_t)number) {
      pthread_rwlock_wrlock(&table);
      deeper(3);
    } else {
      pthread_rwlock_rdlock(&table);
    }
    pthread_rwlock_unlock(&table);
  }
  return NULL;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&recursive, &attributes);
  pthread_t threads[4];
  for (size_t i = 0; i < 4; ++i) threads[i] = started(worker, (void*)i);
  for (int i = 0; i < 4; ++i) joined(threads[i]);
  printf("value %ld\n", value);
  return 0;
}
