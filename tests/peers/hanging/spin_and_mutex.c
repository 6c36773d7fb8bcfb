// tests/peers/hanging/spin_and_mutex.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A spin lock and a mutex taken in both orders.
// hangs: deadlock
#include <pthread.h>

static pthread_spinlock_t spin;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t gate;

static void* run(void* unused) {
  pthread_spin_lock(&spin);
  pthread_barrier_wait(&gate);
  pthread_mutex_lock(&mutex);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_barrier_init(&gate, NULL, 2);
  pthread_create(&thread, NULL, run, NULL);
  pthread_mutex_lock(&mutex);
  pthread_barrier_wait(&gate);
  pthread_spin_lock(&spin);
  return 0;
}
