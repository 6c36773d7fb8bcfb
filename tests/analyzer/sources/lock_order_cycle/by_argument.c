/* tests/analyzer/sources/lock_order_cycle/by_argument.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The same functions, called with what makes them lock. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum what { PAUSE, RESUME };

static pthread_mutex_t hang = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

static void pause_threads(enum what what) {
  switch (what) {
    case PAUSE: pthread_mutex_lock(&hang); break;
    case RESUME: pthread_mutex_unlock(&hang); break;
  }
}
static void unlink_item(bool needs_lock) {
  if (needs_lock) pthread_mutex_lock(&table); /* expect-either: lock-order-cycle */
  if (needs_lock) pthread_mutex_unlock(&table);
}

static void* grow(void* unused) {
  pause_threads(PAUSE);
  unlink_item(true); /* expect-either: lock-order-cycle */
  pause_threads(RESUME);
  return unused;
}
static void* work(void* unused) {
  pthread_mutex_lock(&table);
  pause_threads(PAUSE); /* expect-either: lock-order-cycle */
  pause_threads(RESUME);
  pthread_mutex_unlock(&table);
  return unused;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, NULL, grow, NULL);
  pthread_create(&two, NULL, work, NULL);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
}
