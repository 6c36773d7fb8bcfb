// tests/peers/healthy/shared_mutex_held.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every thread of a process waits for a mutex that another process holds.
#include <semaphore.h>

#include "asleep.h"

struct table {
  pthread_mutex_t mutex;
  sem_t taken;
  int visits;
};

static struct table* table;

static void* visitor(void* unused) {
  pthread_mutex_lock(&table->mutex);
  ++table->visits;
  pthread_mutex_unlock(&table->mutex);
  return unused;
}

int main(void) {
  table = shared_page();
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  MUST(pthread_mutex_init(&table->mutex, &attributes) == 0);
  MUST(sem_init(&table->taken, 1, 0) == 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&table->mutex);
    sem_post(&table->taken);
    until_asleep(parent, 0);
    pthread_mutex_unlock(&table->mutex);
    _exit(0);
  }
  MUST(sem_wait(&table->taken) == 0);
  const pthread_t first = started(visitor, NULL);
  const pthread_t second = started(visitor, NULL);
  joined(first);
  joined(second);
  printf("child %d, visits %d\n", status_of(child), table->visits);
  return 0;
}
