// tests/peers/hanging/last_thread_leaves.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The last other thread leaves, detached, after the main thread has gone to sleep for ever.
// hangs: deadlock
#include "../healthy/asleep.h"

#include <semaphore.h>

static sem_t never;

static void* leaves(void* unused) {
  until_asleep(getpid(), (pid_t)gettid());
  return unused;
}

int main(void) {
  MUST(sem_init(&never, 0, 0) == 0);
  MUST(pthread_detach(started(leaves, NULL)) == 0);
  sem_wait(&never);
  return 0;
}
