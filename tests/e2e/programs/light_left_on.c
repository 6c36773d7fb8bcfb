// tests/e2e/programs/light_left_on.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A semaphore is taken under a lock, and the lock is taken again meanwhile, but not to give the semaphore
// back: that comes after. Another one wants the semaphore under the lock, and had luck.
#include <pthread.h>
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static sem_t room;
static int visits;

static void visit(void) {
  pthread_mutex_lock(&counting);
  sem_wait(&room);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&counting);
  pthread_mutex_lock(&counting);  // expect-either: lock-order-cycle
  ++visits;
  pthread_mutex_unlock(&counting);
  sem_post(&room);
}

static void* visit_early(void* unused) {
  visit();
  next_step();
  await_step(2);
  return unused;
}

static void* visit_late(void* unused) {
  await_step(1);
  visit();
  next_step();
  return unused;
}

int main(void) {
  sem_init(&room, 0, 1);
  run_threads(visit_early, visit_late, NULL);
  return 0;
}
