// tests/peers/healthy/detached_at_exit.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Detached threads still wait, each in another way, when main returns.
#include <semaphore.h>

#include "asleep.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static sem_t empty;
static int go;

static void* in_condition(void* unused) {
  pthread_mutex_lock(&mutex);
  while (!go) pthread_cond_wait(&never, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

static void* in_semaphore(void* unused) {
  sem_wait(&empty);
  return unused;
}

static void* in_mutex(void* unused) {
  pthread_mutex_lock(&held);
  pthread_mutex_unlock(&held);
  return unused;
}

static void* in_pause(void* unused) {
  pause();
  return unused;
}

int main(void) {
  MUST(sem_init(&empty, 0, 0) == 0);
  pthread_mutex_lock(&held);
  void* (*const waits[])(void*) = {in_condition, in_semaphore, in_mutex, in_pause};
  for (int i = 0; i < 4; ++i) MUST(pthread_detach(started(waits[i], NULL)) == 0);
  until_asleep(getpid(), getpid());
  puts("main returns");
  return 0;
}
