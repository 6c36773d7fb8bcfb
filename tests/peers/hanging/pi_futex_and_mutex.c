// tests/peers/hanging/pi_futex_and_mutex.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A hand-made lock on a priority-inheritance futex, and a mutex, taken in both orders. The kernel knows
// who owns the futex, but not who owns the mutex.
// hangs: deadlock
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_uint word;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t gate;

static void take_word(void) {
  unsigned none = 0;
  if (atomic_compare_exchange_strong(&word, &none, (unsigned)gettid())) return;
  syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, NULL);
}

static void* mutex_first(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_barrier_wait(&gate);
  take_word();
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_barrier_init(&gate, NULL, 2);
  pthread_create(&thread, NULL, mutex_first, NULL);
  take_word();
  pthread_barrier_wait(&gate);
  pthread_mutex_lock(&mutex);
  pthread_join(thread, NULL);
  return 0;
}
