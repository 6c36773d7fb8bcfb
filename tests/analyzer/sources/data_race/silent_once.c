// tests/analyzer/sources/data_race/silent_once.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pthread_once and a condition variable put in order.
#include <pthread.h>

static int value;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void init(void) { value = 3; }
static int get(void) {
  pthread_once(&once, init);
  return value;
}
static void* getter(void* unused) {
  get();
  return unused;
}

static int out, done;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static void* worker(void* unused) {
  out = 7;
  pthread_mutex_lock(&mutex);
  done = 1;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, 0, getter, 0);
  get();
  pthread_join(one, 0);
  pthread_create(&two, 0, worker, 0);
  pthread_mutex_lock(&mutex);
  while (!done) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
  int copy = out;
  pthread_join(two, 0);
  return copy;
}
