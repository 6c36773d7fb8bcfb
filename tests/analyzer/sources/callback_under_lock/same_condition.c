/* tests/analyzer/sources/callback_under_lock/same_condition.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>

struct context {
  pthread_mutex_t mutex;
  void (*handler)(int);
};

static void lock_context(struct context* c) {
  if (c) pthread_mutex_lock(&c->mutex);
}
static void unlock_context(struct context* c) {
  if (c) pthread_mutex_unlock(&c->mutex);
}

void handle(struct context* c) {
  lock_context(c);
  if (c) c->handler(1); /* expect: callback-under-lock */
  unlock_context(c);
}
