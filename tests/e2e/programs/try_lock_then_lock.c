// tests/e2e/programs/try_lock_then_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One lock is got by trying, the other one by waiting while it is held: the order counts all the same.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t cache = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

static void* write_back(void* unused) {
  if (pthread_mutex_trylock(&cache) == 0) {
    pthread_mutex_lock(&disk);  // expect-either: lock-order-cycle
    pthread_mutex_unlock(&disk);
    pthread_mutex_unlock(&cache);
  }
  next_step();
  return unused;
}

static void* read_ahead(void* unused) {
  await_step(1);
  pthread_mutex_lock(&disk);
  pthread_mutex_lock(&cache);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&cache);
  pthread_mutex_unlock(&disk);
  return unused;
}

int main(void) {
  run_threads(write_back, read_ahead, NULL);
  return 0;
}
