// tests/peers/transparency/cancellation.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cancelled in each wait: clean-up handlers run, held locks are right afterwards.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static sem_t never;
static sem_t ready;
static pthread_t forever;

static void unlock(void* lock) { pthread_mutex_unlock(lock); }

static void* wait_condition(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  sem_post(&ready);
  for (;;) pthread_cond_wait(&condition, &mutex);
  pthread_cleanup_pop(1);
  return unused;
}

static void* wait_timed(void* unused) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 1000;
  pthread_mutex_lock(&mutex);
  pthread_cleanup_push(unlock, &mutex);
  sem_post(&ready);
  for (;;) pthread_cond_timedwait(&condition, &mutex, &until);
  pthread_cleanup_pop(1);
  return unused;
}

static void* wait_semaphore(void* unused) {
  pthread_mutex_lock(&second);
  pthread_cleanup_push(unlock, &second);
  sem_post(&ready);
  for (;;) sem_wait(&never);
  pthread_cleanup_pop(1);
  return unused;
}

static void* wait_join(void* unused) {
  pthread_mutex_lock(&second);
  pthread_cleanup_push(unlock, &second);
  sem_post(&ready);
  pthread_join(forever, NULL);
  pthread_cleanup_pop(1);
  return unused;
}

static void* wait_system(void* unused) {
  sem_post(&ready);
  system("exec sleep 1000");
  return unused;
}

static void* sleep_forever(void* unused) {
  for (;;) pause();
  return unused;
}

static void cancel(void* (*routine)(void*)) {
  pthread_t thread;
  void* result = NULL;
  pthread_create(&thread, NULL, routine, NULL);
  while (sem_wait(&ready) != 0) continue;
  pthread_cancel(thread);
  pthread_join(thread, &result);
  printf("%d %d %d\n", result == PTHREAD_CANCELED, pthread_mutex_trylock(&mutex),
         pthread_mutex_trylock(&second));
  pthread_mutex_unlock(&second);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  sem_init(&never, 0, 0);
  sem_init(&ready, 0, 0);
  pthread_create(&forever, NULL, sleep_forever, NULL);
  cancel(wait_condition);
  cancel(wait_timed);
  cancel(wait_semaphore);
  cancel(wait_join);
  cancel(wait_system);
  pthread_cancel(forever);
  pthread_join(forever, NULL);
  return 0;
}
