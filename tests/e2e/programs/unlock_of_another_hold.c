// tests/e2e/programs/unlock_of_another_hold.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unlocks that take away what another thread holds, of locks that do not name their owner: a reader
// unlocks twice, one that was no reader unlocks, and one a spin lock of another's.
#include "run_threads.h"
#include "steps.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t index_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t busy;

static void* keep(void* unused) {
  pthread_rwlock_rdlock(&table);
  pthread_rwlock_rdlock(&index_lock);
  pthread_spin_lock(&busy);
  next_step();
  await_step(2);
  pthread_spin_unlock(&busy);
  pthread_rwlock_unlock(&index_lock);
  pthread_rwlock_unlock(&table);
  return unused;
}

static void* take_away(void* unused) {
  await_step(1);
  pthread_rwlock_rdlock(&table);
  pthread_rwlock_unlock(&table);
  pthread_rwlock_unlock(&table);       // expect: unlock-not-held
  pthread_rwlock_unlock(&index_lock);  // expect: unlock-not-held
  pthread_spin_unlock(&busy);          // expect: unlock-not-held
  next_step();
  return unused;
}

int main(void) {
  pthread_spin_init(&busy, PTHREAD_PROCESS_PRIVATE);
  run_threads(keep, take_away, NULL);
  return 0;
}
