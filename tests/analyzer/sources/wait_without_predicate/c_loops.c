// tests/analyzer/sources/wait_without_predicate/c_loops.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop is a way back, however it is written.
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready;

static void unlock(void* lock) { pthread_mutex_unlock(lock); }

static void* by_goto(void* unused) {
  pthread_mutex_lock(&mutex);
again:
  if (!ready) {
    pthread_cond_wait(&changed, &mutex);
    goto again;
  }
  pthread_mutex_unlock(&mutex);
  return unused;
}
static void* with_cleanup(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  while (!ready) pthread_cond_wait(&changed, &mutex);
  pthread_cleanup_pop(1);
  return unused;
}
static void* once(void* unused) {
  pthread_mutex_lock(&mutex);
  if (!ready) goto wait;
  pthread_mutex_unlock(&mutex);
  return unused;
wait:
  pthread_cond_wait(&changed, &mutex);  // expect: wait-without-predicate
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  pthread_t threads[3];
  pthread_create(&threads[0], 0, by_goto, 0);
  pthread_create(&threads[1], 0, with_cleanup, 0);
  pthread_create(&threads[2], 0, once, 0);
  pthread_mutex_lock(&mutex);
  ready = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
}
