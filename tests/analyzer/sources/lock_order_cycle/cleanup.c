/* tests/analyzer/sources/lock_order_cycle/cleanup.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A guard in C: the cleanup attribute. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;

static void give_back(pthread_mutex_t** held) { pthread_mutex_unlock(*held); }
#define HOLD(name, mutex)                                             \
  __attribute__((cleanup(give_back))) pthread_mutex_t* name = &mutex; \
  pthread_mutex_lock(name)

static void* one_after_the_other(void* unused) {
  { HOLD(first, b); }
  HOLD(second, a);
  return unused;
}
static void* nested(void* unused) {
  HOLD(first, a);
  HOLD(second, b);
  return unused;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, NULL, one_after_the_other, NULL);
  pthread_create(&two, NULL, nested, NULL);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
}
