// tests/peers/healthy/daemon_semaphore.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A daemon sleeps in sem_wait; its SIGTERM handler posts, and another process sends the signal.
#include <errno.h>
#include <semaphore.h>
#include <signal.h>

#include "asleep.h"

static sem_t stop;

static void on_term(int signal) {
  (void)signal;
  sem_post(&stop);
}

static int daemon_main(int ready) {
  MUST(write(ready, "r", 1) == 1);
  while (sem_wait(&stop) != 0) MUST(errno == EINTR);
  return 7;
}

int main(void) {
  MUST(sem_init(&stop, 0, 0) == 0);
  struct sigaction action = {.sa_handler = on_term};
  MUST(sigaction(SIGTERM, &action, NULL) == 0);
  int ready[2];
  MUST(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) return daemon_main(ready[1]);
  char byte;
  MUST(read(ready[0], &byte, 1) == 1);
  until_asleep(child, 0);
  MUST(kill(child, SIGTERM) == 0);
  printf("daemon ended with %d\n", status_of(child));
  return 0;
}
