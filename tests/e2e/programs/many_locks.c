// tests/e2e/programs/many_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Five hundred locks held at once, by two threads, always in the same order.
#include "run_threads.h"

enum { kRows = 500 };
static pthread_mutex_t table[kRows];

static void* lock_all(void* unused) {
  for (int row = 0; row < kRows; ++row) pthread_mutex_lock(&table[row]);
  for (int row = 0; row < kRows; ++row) pthread_mutex_unlock(&table[row]);
  return unused;
}

int main(void) {
  for (int row = 0; row < kRows; ++row) pthread_mutex_init(&table[row], NULL);
  run_threads(lock_all, lock_all, NULL);
  for (int row = 0; row < kRows; ++row) pthread_mutex_destroy(&table[row]);
  return 0;
}
