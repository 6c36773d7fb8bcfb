// tests/peers/hanging/recursive_read.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock that lets writers in line go first: a reader that reads again waits for the writer that waits
// for it.
// hangs: deadlock
// expect: double-lock
#include <pthread.h>
#include <sched.h>

static pthread_rwlock_t table;

static void* write_once(void* unused) {
  pthread_rwlock_wrlock(&table);
  pthread_rwlock_unlock(&table);
  return unused;
}

int main(void) {
  pthread_t writer;
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  pthread_rwlock_init(&table, &attributes);
  pthread_rwlock_rdlock(&table);
  pthread_create(&writer, NULL, write_once, NULL);
  while (pthread_rwlock_tryrdlock(&table) == 0) {  // until the writer is in line
    pthread_rwlock_unlock(&table);
    sched_yield();
  }
  pthread_rwlock_rdlock(&table);
  pthread_rwlock_unlock(&table);
  pthread_rwlock_unlock(&table);
  pthread_join(writer, NULL);
  return 0;
}
