// tests/peers/hanging/readers_crossed.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two readers, two locks in both orders, and a writer in line for each, which the locks let go first:
// readers wait for readers after all.
// hangs: deadlock
#include <pthread.h>
#include <sched.h>

static pthread_rwlock_t left;
static pthread_rwlock_t right;
static pthread_barrier_t gate;

static void* write_once(void* lock) {
  pthread_rwlock_wrlock(lock);
  pthread_rwlock_unlock(lock);
  return lock;
}

static void read_both(pthread_rwlock_t* first, pthread_rwlock_t* second) {
  pthread_rwlock_rdlock(first);
  pthread_barrier_wait(&gate);
  while (pthread_rwlock_tryrdlock(first) == 0) {  // until its writer is in line
    pthread_rwlock_unlock(first);
    sched_yield();
  }
  pthread_barrier_wait(&gate);
  pthread_rwlock_rdlock(second);
  pthread_rwlock_unlock(second);
  pthread_rwlock_unlock(first);
}

static void* right_first(void* unused) {
  read_both(&right, &left);
  return unused;
}

int main(void) {
  pthread_t reader;
  pthread_t writers[2];
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&left, &attributes);
  pthread_rwlock_init(&right, &attributes);
  pthread_barrier_init(&gate, NULL, 2);
  pthread_rwlock_rdlock(&left);
  pthread_create(&reader, NULL, right_first, NULL);
  pthread_barrier_wait(&gate);
  pthread_create(&writers[0], NULL, write_once, &left);
  pthread_create(&writers[1], NULL, write_once, &right);
  while (pthread_rwlock_tryrdlock(&left) == 0) {  // until its writer is in line
    pthread_rwlock_unlock(&left);
    sched_yield();
  }
  pthread_barrier_wait(&gate);
  pthread_rwlock_rdlock(&right);
  pthread_join(reader, NULL);
  return 0;
}
