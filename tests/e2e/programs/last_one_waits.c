// tests/e2e/programs/last_one_waits.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Barriers made by hand: the last one to arrive lets the others go and waits, with the lock that all of
// them took to arrive, until they have left. Who is to wait is decided under that lock.
// A pass is got under a lock and given back without it: who has one needs no lock for that.
#include <pthread.h>
#include <semaphore.h>

#include "lockweave/hooks.h"
#include "run_threads.h"
#include "steps.h"

enum { kGuests = 3 };
static pthread_mutex_t entrance = PTHREAD_MUTEX_INITIALIZER;
static sem_t go_on;
static sem_t all_left;
static int inside;
static atomic_int leaving;

static pthread_mutex_t desk = PTHREAD_MUTEX_INITIALIZER;
static sem_t passes;

// Each call is a copy in the machine code: several places, but one line.
static inline __attribute__((always_inline)) void meet(void) {
  pthread_mutex_lock(&entrance);
  if (++inside < kGuests) {
    pthread_mutex_unlock(&entrance);
    sem_wait(&go_on);
    if (++leaving == kGuests - 1) sem_post(&all_left);
    return;
  }
  inside = 0;
  leaving = 0;
  for (int i = 1; i < kGuests; ++i) sem_post(&go_on);
  sem_wait(&all_left);
  pthread_mutex_unlock(&entrance);
}

static void visit(void) {
  pthread_mutex_lock(&desk);
  sem_wait(&passes);
  pthread_mutex_unlock(&desk);
  sem_post(&passes);
}

static void* be_guest(void* unused) {
  for (int i = 0; i < 3; ++i) {
    meet();
    visit();
    meet();
  }
  return unused;
}

int main(void) {
  sem_init(&go_on, 0, 0);
  sem_init(&all_left, 0, 0);
  sem_init(&passes, 0, 2);
  run_threads(be_guest, be_guest, be_guest);
  return lw_findings != NULL &&
         lw_findings() != 0;  // what the command is to judge counts for nothing
}
