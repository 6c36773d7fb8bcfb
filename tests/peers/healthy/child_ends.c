// tests/peers/healthy/child_ends.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The main thread sleeps in sem_wait until its SIGCHLD handler posts; a worker waits as well.
#include <errno.h>
#include <semaphore.h>
#include <signal.h>

#include "asleep.h"

static sem_t child_gone;
static sem_t work;

static void on_child(int signal) {
  (void)signal;
  sem_post(&child_gone);
}

static void* worker(void* unused) {
  while (sem_wait(&work) != 0) MUST(errno == EINTR);
  return unused;
}

int main(void) {
  MUST(sem_init(&child_gone, 0, 0) == 0 && sem_init(&work, 0, 0) == 0);
  struct sigaction action = {.sa_handler = on_child};
  MUST(sigaction(SIGCHLD, &action, NULL) == 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(parent, 0);
    _exit(3);
  }
  const pthread_t thread = started(worker, NULL);
  while (sem_wait(&child_gone) != 0) MUST(errno == EINTR);
  printf("child ended with %d\n", status_of(child));
  sem_post(&work);
  joined(thread);
  return 0;
}
