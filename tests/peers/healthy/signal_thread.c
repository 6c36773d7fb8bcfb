// tests/peers/healthy/signal_thread.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One thread takes the signals with sigwait, all others wait for it: the usual shape of a server.
#include <semaphore.h>
#include <signal.h>

#include "asleep.h"

static sem_t stop;
static sigset_t signals;

static void* signal_thread(void* unused) {
  int signal = 0;
  MUST(sigwait(&signals, &signal) == 0 && signal == SIGUSR1);
  sem_post(&stop);
  return unused;
}

static void* worker(void* unused) {
  MUST(sem_wait(&stop) == 0);
  sem_post(&stop);
  return unused;
}

int main(void) {
  MUST(sem_init(&stop, 0, 0) == 0);
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  MUST(pthread_sigmask(SIG_BLOCK, &signals, NULL) == 0);
  const pid_t server = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(server, 0);
    kill(server, SIGUSR1);
    _exit(0);
  }
  pthread_t workers[3];
  for (int i = 0; i < 3; ++i) workers[i] = started(worker, NULL);
  joined(started(signal_thread, NULL));
  for (int i = 0; i < 3; ++i) joined(workers[i]);
  printf("stopped, child %d\n", status_of(child));
  return 0;
}
