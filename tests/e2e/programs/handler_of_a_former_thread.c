// tests/e2e/programs/handler_of_a_former_thread.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A thread that lets a signal in for a moment has its handler take a lock, and ends. Many others come and go
// afterwards and take the lock: nothing that is known of the first one is said of them.
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

static void* let_in(void* unused) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  raise(SIGUSR1);
  pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
  return unused;
}

static void* take(void* unused) {
  count(0);
  return unused;
}

static void run(void* (*function)(void*)) {
  pthread_t thread;
  pthread_create(&thread, NULL, function, NULL);
  pthread_join(thread, NULL);
}

int main(void) {
  signal(SIGUSR1, count);
  run(let_in);
  for (int i = 0; i < 600; ++i) run(take);
  return seen == 601 ? 0 : 1;
}
