// tests/e2e/programs/address_reuse.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A lock ends and another one begins at its address: the orders belong to different locks.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t node;
static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;

static void* list_first(void* unused) {
  pthread_mutex_init(&node, NULL);
  pthread_mutex_lock(&list);
  pthread_mutex_lock(&node);
  pthread_mutex_unlock(&node);
  pthread_mutex_unlock(&list);
  pthread_mutex_destroy(&node);
  next_step();
  return unused;
}

static void* node_first(void* unused) {
  await_step(1);
  pthread_mutex_init(&node, NULL);
  pthread_mutex_lock(&node);
  pthread_mutex_lock(&list);
  pthread_mutex_unlock(&list);
  pthread_mutex_unlock(&node);
  pthread_mutex_destroy(&node);
  return unused;
}

int main(void) {
  run_threads(list_first, node_first, NULL);
  return 0;
}
