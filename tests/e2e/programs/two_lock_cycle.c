// tests/e2e/programs/two_lock_cycle.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads take the same two locks in opposite orders. This run is lucky: the report starts
// when the transfer is over. On another day both hold their first lock and wait forever.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t accounts = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;

static void* transfer(void* unused) {
  pthread_mutex_lock(&accounts);
  pthread_mutex_lock(&journal);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&journal);
  pthread_mutex_unlock(&accounts);
  next_step();
  return unused;
}

static void* report(void* unused) {
  await_step(1);
  pthread_mutex_lock(&journal);
  pthread_mutex_lock(&accounts);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&accounts);
  pthread_mutex_unlock(&journal);
  return unused;
}

int main(void) {
  run_threads(transfer, report, NULL);
  return 0;
}
