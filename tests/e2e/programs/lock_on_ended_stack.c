// tests/e2e/programs/lock_on_ended_stack.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads end while others hold, or wait for, locks that lie on their stacks. Those that lie there and are
// free again are no misuse, nor is one on the stack of a thread that lives on.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t* lent;
static pthread_rwlock_t* shown;
static pthread_mutex_t* used;

static void* lend(void* unused) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
  pthread_mutex_t free_again = PTHREAD_MUTEX_INITIALIZER;
  lent = &mutex;
  shown = &table;
  used = &free_again;
  next_step();
  await_step(2);
  return unused;
}

static void* borrow(void* lender) {
  await_step(1);
  pthread_mutex_lock(used);
  pthread_mutex_unlock(used);
  pthread_mutex_lock(lent);      // expect: destroyed-while-held
  pthread_rwlock_rdlock(shown);  // expect: destroyed-while-held
  next_step();
  pthread_join(*(pthread_t*)lender, NULL);
  pthread_rwlock_unlock(shown);
  pthread_mutex_unlock(lent);
  return NULL;
}

int main(void) {
  pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
  pthread_t lender, borrower;
  pthread_create(&lender, NULL, lend, NULL);
  pthread_create(&borrower, NULL, borrow, &lender);
  pthread_join(borrower, NULL);
  pthread_mutex_lock(&own);
  pthread_mutex_unlock(&own);
  return 0;
}
