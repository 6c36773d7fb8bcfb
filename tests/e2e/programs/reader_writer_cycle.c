// tests/e2e/programs/reader_writer_cycle.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One side only reads, the other writes: that is enough. A reader waits for a writer.
#include "run_threads.h"
#include "steps.h"

static pthread_rwlock_t prices = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t stock = PTHREAD_RWLOCK_INITIALIZER;

static void* quote(void* unused) {
  pthread_rwlock_rdlock(&prices);
  pthread_rwlock_rdlock(&stock);  // expect-either: lock-order-cycle
  pthread_rwlock_unlock(&stock);
  pthread_rwlock_unlock(&prices);
  next_step();
  return unused;
}

static void* deliver(void* unused) {
  await_step(1);
  pthread_rwlock_wrlock(&stock);
  pthread_rwlock_wrlock(&prices);  // expect-either: lock-order-cycle
  pthread_rwlock_unlock(&prices);
  pthread_rwlock_unlock(&stock);
  return unused;
}

int main(void) {
  run_threads(quote, deliver, NULL);
  return 0;
}
