// tests/e2e/programs/create_join_order.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, in two threads, but the first is joined before the second is created.
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;

static void* left_first(void* unused) {
  pthread_mutex_lock(&left);
  pthread_mutex_lock(&right);
  pthread_mutex_unlock(&right);
  pthread_mutex_unlock(&left);
  return unused;
}

static void* right_first(void* unused) {
  pthread_mutex_lock(&right);
  pthread_mutex_lock(&left);
  pthread_mutex_unlock(&left);
  pthread_mutex_unlock(&right);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, left_first, NULL);
  pthread_join(thread, NULL);
  pthread_create(&thread, NULL, right_first, NULL);
  pthread_join(thread, NULL);
  left_first(NULL);  // the main thread, when nobody else is there
  return 0;
}
