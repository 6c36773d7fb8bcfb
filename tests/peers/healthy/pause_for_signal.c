// tests/peers/healthy/pause_for_signal.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The main thread pauses; workers wait for a condition that it will make true after the signal.
#include <signal.h>

#include "asleep.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int stop;
static volatile sig_atomic_t signalled;

static void on_signal(int signal) { signalled = signal; }

static void* worker(void* unused) {
  pthread_mutex_lock(&mutex);
  while (!stop) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  struct sigaction action = {.sa_handler = on_signal};
  MUST(sigaction(SIGUSR1, &action, NULL) == 0);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  MUST(pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0);
  const pid_t server = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(server, 0);
    kill(server, SIGUSR1);
    _exit(0);
  }
  const pthread_t first = started(worker, NULL);
  const pthread_t second = started(worker, NULL);
  while (!signalled) sigsuspend(&before);
  pthread_mutex_lock(&mutex);
  stop = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
  joined(first);
  joined(second);
  printf("signal %d, child %d\n", (int)signalled == SIGUSR1, status_of(child));
  return 0;
}
