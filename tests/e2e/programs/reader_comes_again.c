// tests/e2e/programs/reader_comes_again.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks like a semaphore and a mutex taken in opposite orders: the first reader takes the room, leaves while
// another one reads, comes again, and happens to be the last, so that it gives back what it took. That it came
// in again without taking the room shows that the counter decides. Nobody else ever gives it back.
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t counter = PTHREAD_MUTEX_INITIALIZER;
static sem_t room;
static int readers;

static __attribute__((noinline)) void enter(void) {
  pthread_mutex_lock(&counter);
  if (++readers == 1) sem_wait(&room);
  pthread_mutex_unlock(&counter);
}

static __attribute__((noinline)) void leave(void) {
  pthread_mutex_lock(&counter);
  if (--readers == 0) sem_post(&room);
  pthread_mutex_unlock(&counter);
}

static void* come_again(void* unused) {
  for (volatile int round = 1; round <= 2; ++round) {  // one call in the machine code
    enter();
    next_step();
    await_step(2 * round);
    leave();
  }
  next_step();
  return unused;
}

static void* come_in_between(void* unused) {
  await_step(1);
  enter();
  next_step();
  await_step(3);
  leave();
  next_step();
  await_step(5);
  enter();
  leave();
  return unused;
}

static void* write_alone(void* unused) {
  sem_wait(&room);
  sem_post(&room);
  return unused;
}

int main(void) {
  sem_init(&room, 0, 1);
  write_alone(NULL);
  run_threads(come_again, come_in_between, NULL);
  return 0;  // expect-none
}
