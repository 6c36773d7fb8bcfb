// tests/e2e/programs/signal_window.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A signal is let in between two calls only, and there the thread takes no lock: what its handler takes,
// nobody holds whom it interrupts. It was taken before there was a handler as well.
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int seen;

static void count(int number) {
  (void)number;
  pthread_mutex_lock(&mutex);
  ++seen;
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  count(0);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, NULL);
  signal(SIGUSR1, count);
  for (int i = 0; i < 3; ++i) {
    count(0);
    raise(SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &blocked, NULL);
    poll(NULL, 0, 0);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
  }
  return seen == 7 ? 0 : 1;
}
