// tests/e2e/programs/door_and_elsewhere.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who is to wait is decided under the lock, at a door that has copies in the machine code. First the other one
// takes the lock at the door alone before it posts: harmless. Later it takes it elsewhere, too.
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t hall = PTHREAD_MUTEX_INITIALIZER;
static sem_t answers;
static sem_t calls;
static int count;

static inline __attribute__((always_inline)) void pass(int waits) {
  pthread_mutex_lock(&hall);
  ++count;
  if (waits) {
    sem_post(&calls);
    sem_wait(&answers);  // expect: blocking-under-lock
  }
  pthread_mutex_unlock(&hall);
}

static __attribute__((noinline)) void take_elsewhere(void) {
  pthread_mutex_lock(&hall);
  ++count;
  pthread_mutex_unlock(&hall);
}

static void* nothing(void* unused) { return unused; }

// A taking is noted once until a thread is created.
static void create_and_join(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, nothing, NULL);
  pthread_join(thread, NULL);
}

static void* ask(void* unused) {
  for (volatile int round = 0; round < 2; ++round) {
    await_step(2 * round + 1);
    pass(1);
    next_step();  // 2, 4
  }
  return unused;
}

static void* answer(void* unused) {
  for (volatile int round = 0; round < 2; ++round) {
    await_step(2 * round);
    pass(0);
    if (round == 1) take_elsewhere();
    next_step();  // 1, 3
    sem_wait(&calls);
    sem_post(&answers);
    create_and_join();
  }
  return unused;
}

int main(void) {
  sem_init(&answers, 0, 0);
  sem_init(&calls, 0, 0);
  run_threads(ask, answer, NULL);
  return 0;
}
