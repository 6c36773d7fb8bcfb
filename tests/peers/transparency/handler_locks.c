// tests/peers/transparency/handler_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock in a signal handler.
// expect: signal-unsafe-lock
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t counter = 0;

static void count(void) {
  pthread_mutex_lock(&mutex);
  ++counter;
  pthread_mutex_unlock(&mutex);
}

static void on_signal(int signal) {
  (void)signal;
  count();
}

int main(void) {
  count();
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  count();
  printf("%d\n", (int)counter);
  return 0;
}
