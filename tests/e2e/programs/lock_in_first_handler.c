// tests/e2e/programs/lock_in_first_handler.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first thing that this program does with a lock it does in a signal handler.
#include <pthread.h>
#include <signal.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int signals_seen;

static void on_signal(int number) {
  (void)number;
  pthread_mutex_lock(&mutex);  // expect: signal-unsafe-lock
  ++signals_seen;
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  return signals_seen == 1 ? 0 : 1;
}
