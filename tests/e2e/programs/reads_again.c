// tests/e2e/programs/reads_again.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that lets no reader pass a waiting writer is read twice. The writer came late, by luck. Of a
// second such lock nobody but the reader is the writer; a third one prefers readers; a fourth is read
// again with a try, and with a time-out.
#define _GNU_SOURCE
#include <pthread.h>
#include <time.h>

#include "run_threads.h"
#include "steps.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t own = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_rwlock_t gentle = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t patient = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void read_twice(pthread_rwlock_t* lock) {
  pthread_rwlock_rdlock(lock);
  pthread_rwlock_rdlock(lock);
  pthread_rwlock_unlock(lock);
  pthread_rwlock_unlock(lock);
}

static void change(pthread_rwlock_t* lock) {
  pthread_rwlock_wrlock(lock);
  pthread_rwlock_unlock(lock);
}

static void* read_all(void* unused) {
  pthread_rwlock_rdlock(&table);
  pthread_rwlock_rdlock(&table);  // expect: double-lock
  pthread_rwlock_unlock(&table);
  pthread_rwlock_unlock(&table);
  read_twice(&own);
  change(&own);
  read_twice(&gentle);
  pthread_rwlock_rdlock(&patient);
  if (pthread_rwlock_tryrdlock(&patient) == 0) pthread_rwlock_unlock(&patient);
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 10;
  if (pthread_rwlock_timedrdlock(&patient, &until) == 0) pthread_rwlock_unlock(&patient);
  pthread_rwlock_unlock(&patient);
  next_step();
  return unused;
}

static void* write_all(void* unused) {
  await_step(1);
  change(&table);
  change(&gentle);
  change(&patient);
  return unused;
}

int main(void) {
  run_threads(read_all, write_all, NULL);
  return 0;
}
