// tests/analyzer/sources/data_race/silent_failed_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that fails ends the process, by a function that nothing declares as one that does not return;
// and that has a way back to the lock.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static int count;
static void (*on_failure)(int);

static void fail(int error) {
  fprintf(stderr, "error %d\n", error);
  if (on_failure != NULL) on_failure(error);
  exit(error);
}

static void take(pthread_mutex_t* lock) {
  int error = pthread_mutex_lock(lock);
  if (error) fail(error);
}

static void give_back(pthread_mutex_t* lock) {
  int error = pthread_mutex_unlock(lock);
  if (error) fail(error);
}

static void end_at_once(int error) {
  take(&log_mutex);
  fputs("the end\n", stderr);
  give_back(&log_mutex);
  _Exit(error);
}

static void* add(void* nothing) {
  take(&mutex);
  ++count;
  give_back(&mutex);
  return nothing;
}

int main(void) {
  on_failure = end_at_once;
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, add, NULL);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  return count;
}
