/* tests/analyzer/sources/lock_order_cycle/pthread.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void* forwards(void* unused) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b); /* expect-either: lock-order-cycle */
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  return unused;
}
static void* backwards(void* unused) {
  pthread_mutex_lock(&b);
  pthread_mutex_lock(&a); /* expect-either: lock-order-cycle */
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  return unused;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, NULL, forwards, NULL);
  pthread_create(&two, NULL, backwards, NULL);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
}
