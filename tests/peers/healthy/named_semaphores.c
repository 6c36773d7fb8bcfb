// tests/peers/healthy/named_semaphores.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two processes that know each other's semaphores by name.
#include <fcntl.h>
#include <semaphore.h>

#include "asleep.h"

enum { kTurns = 300 };

static sem_t* open_semaphore(const char* purpose, pid_t owner) {
  char name[64];
  snprintf(name, sizeof name, "/lockweave-healthy-%s-%d", purpose, (int)owner);
  sem_t* semaphore = sem_open(name, O_CREAT, 0600, 0);
  MUST(semaphore != SEM_FAILED);
  return semaphore;
}

static void remove_semaphore(const char* purpose, pid_t owner) {
  char name[64];
  snprintf(name, sizeof name, "/lockweave-healthy-%s-%d", purpose, (int)owner);
  sem_unlink(name);
}

int main(void) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  sem_t* ping = open_semaphore("ping", parent);
  sem_t* pong = open_semaphore("pong", parent);
  for (int i = 0; i < kTurns; ++i) {
    if (child == 0) {
      if (i == 0) until_asleep(parent, 0);
      sem_post(ping);
      MUST(sem_wait(pong) == 0);
    } else {
      MUST(sem_wait(ping) == 0);
      sem_post(pong);
    }
  }
  if (child == 0) _exit(0);
  printf("child %d\n", status_of(child));
  remove_semaphore("ping", parent);
  remove_semaphore("pong", parent);
  return 0;
}
