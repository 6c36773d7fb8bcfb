// tests/e2e/memory/refused_steps.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A permit is waited for under a lock that its poster takes before it posts: a finding, for whose steps there is no
// memory. It is left out, and that is said. Linked with -rdynamic.
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int refuses;
static pthread_mutex_t store = PTHREAD_MUTEX_INITIALIZER;
static sem_t items;

int lw_test_refuses_memory(size_t bytes) {
  (void)bytes;
  return refuses;
}

static void* get(void* unused) {
  pthread_mutex_lock(&store);
  sem_wait(&items);
  pthread_mutex_unlock(&store);
  return unused;
}

int main(void) {
  pthread_t getter;
  sem_init(&items, 0, 0);
  pthread_create(&getter, NULL, get, NULL);
  sem_post(&items);
  pthread_join(getter, NULL);
  pthread_mutex_lock(&store);
  pthread_mutex_unlock(&store);
  refuses = 1;
  sem_post(&items);
  refuses = 0;
  return 0;
}
