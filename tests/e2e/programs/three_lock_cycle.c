// tests/e2e/programs/three_lock_cycle.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A ring of three: each pair of locks is always taken in one order, and still the three orders
// together can deadlock three threads. No two of them would show it.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t cache = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t index_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

static void* lookup(void* unused) {
  pthread_mutex_lock(&cache);
  pthread_mutex_lock(&index_lock);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&index_lock);
  pthread_mutex_unlock(&cache);
  next_step();
  return unused;
}

static void* rebuild(void* unused) {
  await_step(1);
  pthread_mutex_lock(&index_lock);
  pthread_mutex_lock(&disk);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&disk);
  pthread_mutex_unlock(&index_lock);
  next_step();
  return unused;
}

static void* write_back(void* unused) {
  await_step(2);
  pthread_mutex_lock(&disk);
  pthread_mutex_lock(&cache);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&cache);
  pthread_mutex_unlock(&disk);
  return unused;
}

int main(void) {
  run_threads(lookup, rebuild, write_back);
  return 0;
}
