// tests/e2e/programs/unblocked_signal.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A signal is blocked for a while only, and its handler takes a lock. The second time it comes when it is
// not blocked, and only then its thread takes that lock, while the signal can come.
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int seen;

static void count(int number) {
  (void)number;
  pthread_mutex_lock(&mutex);  // expect: signal-unsafe-lock
  ++seen;
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  signal(SIGUSR1, count);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  raise(SIGUSR1);
  sigsuspend(&before);
  sigprocmask(SIG_SETMASK, &before, NULL);
  raise(SIGUSR1);
  pthread_mutex_lock(&mutex);
  const int count_now = seen;
  pthread_mutex_unlock(&mutex);
  return count_now == 2 ? 0 : 1;
}
