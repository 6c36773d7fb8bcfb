// tests/e2e/programs/post_in_handler.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A thread stops another one by a signal, holds the world's lock, and waits until the handler has posted.
// The other one takes that lock between two stops, but the handler needs nothing of what it interrupted.
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "steps.h"

static pthread_mutex_t world = PTHREAD_MUTEX_INITIALIZER;
static sem_t stopped;

static void stop(int number) {
  (void)number;
  sem_post(&stopped);
}

static void* run(void* unused) {
  for (int step = 1; step <= 5; step += 2) {
    pthread_mutex_lock(&world);
    pthread_mutex_unlock(&world);
    next_step();
    await_step(step + 1);
  }
  return unused;
}

int main(void) {
  struct sigaction action;
  pthread_t thread;
  memset(&action, 0, sizeof action);
  action.sa_handler = stop;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, NULL);
  sem_init(&stopped, 0, 0);
  pthread_create(&thread, NULL, run, NULL);
  for (int step = 1; step <= 5; step += 2) {
    await_step(step);
    pthread_mutex_lock(&world);
    pthread_kill(thread, SIGUSR1);
    while (sem_wait(&stopped) != 0) {
    }
    pthread_mutex_unlock(&world);
    next_step();
  }
  pthread_join(thread, NULL);
  return 0;
}
