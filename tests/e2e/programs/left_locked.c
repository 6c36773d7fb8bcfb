// tests/e2e/programs/left_locked.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread is cancelled while it holds a lock, without a clean-up handler: whoever wants the lock waits
// for ever, although another thread of the process is busy all the time.
#include <pthread.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t ledger = PTHREAD_MUTEX_INITIALIZER;

static void* write_ledger(void* unused) {
  pthread_mutex_lock(&ledger);  // expect: lock-leak
  next_step();
  for (;;) pthread_testcancel();
  return unused;
}

static void* be_busy(void* unused) {
  for (;;) sched_yield();
  return unused;
}

int main(void) {
  pthread_t writer;
  pthread_t busy;
  pthread_create(&busy, NULL, be_busy, NULL);
  pthread_create(&writer, NULL, write_ledger, NULL);
  await_step(1);
  pthread_cancel(writer);
  pthread_join(writer, NULL);
  pthread_mutex_lock(&ledger);  // expect: deadlock
  return 0;
}
