// tests/e2e/programs/deadlock_three_threads.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Dining philosophers, three of them, each with the left fork in hand and waiting for the right.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t forks[3] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                   PTHREAD_MUTEX_INITIALIZER};

static void dine(int seat) {
  pthread_mutex_lock(&forks[seat]);
  next_step();
  await_step(3);
  pthread_mutex_lock(&forks[(seat + 1) % 3]);  // expect: deadlock
  pthread_mutex_unlock(&forks[(seat + 1) % 3]);
  pthread_mutex_unlock(&forks[seat]);
}

static void* plato(void* unused) {
  dine(0);
  return unused;
}
static void* kant(void* unused) {
  dine(1);
  return unused;
}
static void* hume(void* unused) {
  dine(2);
  return unused;
}

int main(void) {
  run_threads(plato, kant, hume);
  return 0;
}
