// tests/e2e/programs/light_switch_handed_on.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// The readers' room, entered through a function of its own from two places. Two readers overlap, and the one
// that came second puts out the light which the first has put on; after that the first one finds the room
// free again, and has to wait for a writer. Meanwhile the readers post other things, too.
#include <pthread.h>
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static sem_t room;
static sem_t pages_read;
static int readers;

static void enter(void) {
  pthread_mutex_lock(&counting);
  if (readers++ == 0) sem_wait(&room);
  pthread_mutex_unlock(&counting);
}

static void leave(void) {
  pthread_mutex_lock(&counting);
  if (--readers == 0) sem_post(&room);
  pthread_mutex_unlock(&counting);
}

static void* first_reader(void* unused) {
  for (int visit = 0; visit < 3; ++visit) {
    await_step(6 * visit);
    enter();
    next_step();  // 1
    await_step(6 * visit + 2);
    leave();
    next_step();  // 3
    await_step(6 * visit + 6);
  }
  enter();
  leave();
  return unused;
}

static void* second_reader(void* unused) {
  for (int visit = 0; visit < 3; ++visit) {
    await_step(6 * visit + 1);
    enter();
    sem_post(&pages_read);
    next_step();  // 2
    await_step(6 * visit + 3);
    leave();
    next_step();  // 4
    await_step(6 * visit + 6);
  }
  return unused;
}

static void* writer(void* unused) {
  for (int visit = 0; visit < 3; ++visit) {
    await_step(6 * visit + 4);
    sem_wait(&room);
    sem_post(&room);
    next_step();  // 5
    next_step();  // 6
  }
  return unused;
}

int main(void) {
  sem_init(&room, 0, 1);
  sem_init(&pages_read, 0, 0);
  run_threads(first_reader, second_reader, writer);
  return 0;
}
