// tests/e2e/programs/recursive_wait_harmless.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Condition waits with recursive mutexes that end: one is locked once, so it is free meanwhile; one twice,
// but who notifies does not need it. Afterwards each is held exactly as before.
#define _GNU_SOURCE  // the static initialisers
#include <stdlib.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t house = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t cellar = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t knock = PTHREAD_COND_INITIALIZER;
static pthread_cond_t rumble = PTHREAD_COND_INITIALIZER;
static int came;

static void* live_there(void* unused) {  // expect-none
  pthread_mutex_lock(&house);
  next_step();
  while (!came) pthread_cond_wait(&knock, &house);
  pthread_mutex_unlock(&house);
  pthread_mutex_lock(&cellar);
  pthread_mutex_lock(&cellar);
  while (steps_done < 2) pthread_cond_wait(&rumble, &cellar);
  pthread_mutex_unlock(&cellar);
  pthread_mutex_unlock(&cellar);
  next_step();
  return unused;
}

static void* visit(void* unused) {
  await_step(1);
  pthread_mutex_lock(&house);
  came = 1;
  pthread_cond_signal(&knock);
  pthread_mutex_unlock(&house);
  next_step();
  while (steps_done < 3) {  // until it was heard
    pthread_cond_signal(&rumble);
    sched_yield();
  }
  return unused;
}

int main(void) {
  run_threads(live_there, visit, NULL);
  if (pthread_mutex_destroy(&house) != 0 || pthread_mutex_destroy(&cellar) != 0) abort();
  return 0;
}
