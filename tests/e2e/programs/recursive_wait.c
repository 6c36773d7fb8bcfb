// tests/e2e/programs/recursive_wait.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A condition wait gives back one level of a recursive mutex. It was locked twice, so it stays locked,
// and who would notify cannot get it.
#define _GNU_SOURCE  // the static initialisers
#include <stdbool.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t house = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t knock = PTHREAD_COND_INITIALIZER;
static bool came;

static void wait_inside(void) {
  pthread_mutex_lock(&house);
  next_step();
  while (!came) pthread_cond_wait(&knock, &house);  // expect-either: deadlock
  pthread_mutex_unlock(&house);
}

static void* live_there(void* unused) {
  pthread_mutex_lock(&house);
  wait_inside();
  pthread_mutex_unlock(&house);
  return unused;
}

static void* visit(void* unused) {
  await_step(1);
  pthread_mutex_lock(&house);  // expect-either: deadlock
  came = true;
  pthread_cond_signal(&knock);
  pthread_mutex_unlock(&house);
  return unused;
}

int main(void) {
  run_threads(live_there, visit, NULL);
  return 0;
}
