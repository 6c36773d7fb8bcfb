// tests/e2e/programs/deadlock_two_threads.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The deadlock itself: each thread holds one lock and waits for the other's. The steps make it
// certain: nobody asks for a second lock before both have their first.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t accounts = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;

static void* transfer(void* unused) {
  pthread_mutex_lock(&accounts);
  next_step();
  await_step(2);
  pthread_mutex_lock(&journal);  // expect-either: deadlock
  pthread_mutex_unlock(&journal);
  pthread_mutex_unlock(&accounts);
  return unused;
}

static void* report(void* unused) {
  pthread_mutex_lock(&journal);
  next_step();
  await_step(2);
  pthread_mutex_lock(&accounts);  // expect-either: deadlock
  pthread_mutex_unlock(&accounts);
  pthread_mutex_unlock(&journal);
  return unused;
}

int main(void) {
  run_threads(transfer, report, NULL);
  return 0;
}
