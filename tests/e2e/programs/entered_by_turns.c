// tests/e2e/programs/entered_by_turns.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A semaphore is taken under a lock, kept, and the lock taken again at the same place for something else: the
// opposite order of two threads. It looks like a reader that comes again, but the semaphore is given back
// without the lock, so no counter under it decides.
#include <pthread.h>
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t desk = PTHREAD_MUTEX_INITIALIZER;
static sem_t window;
static int served;

static __attribute__((noinline)) void come_to_desk(int wants_window) {
  pthread_mutex_lock(&desk);            // expect-either: lock-order-cycle
  if (wants_window) sem_wait(&window);  // expect-either: lock-order-cycle
  ++served;
  pthread_mutex_unlock(&desk);
}

static void come_twice(void) {
  come_to_desk(1);
  come_to_desk(0);
  sem_post(&window);
}

static void* come_first(void* unused) {
  come_twice();
  next_step();
  return unused;
}

static void* come_second(void* unused) {
  await_step(1);
  come_twice();
  return unused;
}

int main(void) {
  sem_init(&window, 0, 1);
  run_threads(come_first, come_second, NULL);
  return 0;
}
