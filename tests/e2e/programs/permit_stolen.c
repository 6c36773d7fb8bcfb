// tests/e2e/programs/permit_stolen.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A permit is posted for a waiter and taken by another one before the waiter gets a processor. The waiter
// sleeps on, and in the end nobody posts.
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>

#include "steps.h"

static sem_t jobs;

static void* work(void* unused) {
  next_step();
  while (true) {
    sem_wait(&jobs);  // expect-either: deadlock
  }
  return unused;
}

int main(void) {
  enum { kRounds = 200 };
  pthread_t worker;
  sem_init(&jobs, 0, 0);
  pthread_create(&worker, NULL, work, NULL);
  await_step(1);
  for (int stolen = 0; stolen < kRounds;) {
    sem_post(&jobs);
    if (sem_trywait(&jobs) == 0) {
      ++stolen;
    } else {
      sched_yield();
    }
  }
  pthread_join(worker, NULL);  // expect-either: deadlock
  return 0;
}
