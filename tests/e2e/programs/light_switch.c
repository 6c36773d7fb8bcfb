// tests/e2e/programs/light_switch.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The room of readers and writers: the first reader takes it under the counter's lock, the last one
// gives it back under the same lock. The readers come one after the other, so each is both: the room
// looks like a lock that is taken under the counter's, and the counter's is taken while it is held.
#include <pthread.h>
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static sem_t turnstile;
static sem_t room;
static int readers;

static void read_once(void) {
  sem_wait(&turnstile);
  sem_post(&turnstile);
  pthread_mutex_lock(&counting);
  if (readers++ == 0) sem_wait(&room);
  pthread_mutex_unlock(&counting);
  pthread_mutex_lock(&counting);
  if (--readers == 0) sem_post(&room);
  pthread_mutex_unlock(&counting);
}

static void* read_early(void* unused) {
  for (int i = 0; i < 3; ++i) read_once();
  next_step();
  await_step(3);
  return unused;
}

static void* read_late(void* unused) {
  await_step(1);
  read_once();
  next_step();
  await_step(3);
  return unused;
}

static void* write_last(void* unused) {
  await_step(2);
  sem_wait(&turnstile);
  sem_wait(&room);
  sem_post(&room);
  sem_post(&turnstile);
  next_step();
  return unused;
}

int main(void) {
  sem_init(&turnstile, 0, 1);
  sem_init(&room, 0, 1);
  run_threads(read_early, read_late, write_last);
  return 0;
}
