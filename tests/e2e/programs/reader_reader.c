// tests/e2e/programs/reader_reader.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but only ever for reading: readers do not block readers.
#include "run_threads.h"
#include "steps.h"

static pthread_rwlock_t prices = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t stock = PTHREAD_RWLOCK_INITIALIZER;

static void* quote(void* unused) {
  pthread_rwlock_rdlock(&prices);
  pthread_rwlock_rdlock(&stock);
  pthread_rwlock_unlock(&stock);
  pthread_rwlock_unlock(&prices);
  next_step();
  return unused;
}

static void* count(void* unused) {
  await_step(1);
  pthread_rwlock_rdlock(&stock);
  pthread_rwlock_rdlock(&prices);
  pthread_rwlock_unlock(&prices);
  pthread_rwlock_unlock(&stock);
  return unused;
}

int main(void) {
  run_threads(quote, count, NULL);
  return 0;
}
