// tests/e2e/memory/refused_memory.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Uses a little of everything, correctly, while the runtime's arena is refused memory:
// LW_REFUSE=FIRST:LAST says which of its requests, counted from 1. Prints the same whatever happens, and
// to the file LW_REQUESTS, if set, how many requests there were and how many were refused (both depend on
// how the threads met). Linked with -rdynamic.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

enum { kLocks = 40, kThreads = 4, kRounds = 3 };

static unsigned long requests;
static unsigned long refused;

int lw_test_refuses_memory(size_t bytes) {
  (void)bytes;
  const unsigned long number = __atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED);
  const char* range = getenv("LW_REFUSE");
  if (range == NULL) return 0;
  char* rest;
  const unsigned long first = strtoul(range, &rest, 10);
  if (number < first || number > strtoul(rest + 1, NULL, 10)) return 0;
  __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
  return 1;
}

static pthread_mutex_t locks[kLocks];
static pthread_rwlock_t readers = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t recursive;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static sem_t permits;
static int arrived;
static long sum;

static void take_nested(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_lock(&locks[i]);
  ++sum;
  for (int i = 0; i < kLocks; ++i) pthread_mutex_unlock(&locks[i]);
}

static void take_others(void) {
  pthread_rwlock_rdlock(&readers);
  pthread_rwlock_unlock(&readers);
  pthread_mutex_lock(&recursive);
  pthread_mutex_lock(&recursive);
  pthread_mutex_unlock(&recursive);
  pthread_mutex_unlock(&recursive);
  sem_wait(&permits);
  sem_post(&permits);
}

static void meet(void) {
  pthread_mutex_lock(&mutex);
  ++arrived;
  pthread_cond_broadcast(&changed);
  while (arrived < kThreads) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

static void make_and_destroy(void) {
  pthread_mutex_t* own = malloc(sizeof *own);
  pthread_mutex_init(own, NULL);
  pthread_mutex_lock(own);
  pthread_mutex_unlock(own);
  pthread_mutex_destroy(own);
  free(own);
}

static void* work(void* unused) {
  meet();
  for (int i = 0; i < kRounds; ++i) {
    take_nested();
    take_others();
    make_and_destroy();
  }
  return unused;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&recursive, &attributes);
  sem_init(&permits, 0, 2);
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  printf("%ld\n", sum);
  const char* told = getenv("LW_REQUESTS");
  FILE* to = told == NULL ? NULL : fopen(told, "w");
  if (to != NULL) {
    fprintf(to, "%lu %lu\n", __atomic_load_n(&requests, __ATOMIC_RELAXED),
            __atomic_load_n(&refused, __ATOMIC_RELAXED));
    fclose(to);
  }
  return sum == kThreads * kRounds ? 0 : 1;
}
