// tests/peers/healthy/semaphore_ping_pong.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// heavy
//
// Two threads take turns 20000 times by two semaphores while main joins.
#include <semaphore.h>

#include "asleep.h"

enum { kTurns = 20000 };

static sem_t turns[2];
static int count;

static void* player(void* self) {
  const int me = self != NULL;
  for (int i = 0; i < kTurns; ++i) {
    MUST(sem_wait(&turns[me]) == 0);
    ++count;
    sem_post(&turns[1 - me]);
  }
  return NULL;
}

int main(void) {
  MUST(sem_init(&turns[0], 0, 1) == 0 && sem_init(&turns[1], 0, 0) == 0);
  const pthread_t first = started(player, NULL);
  const pthread_t second = started(player, turns);
  joined(first);
  joined(second);
  printf("count %d\n", count);
  return 0;
}
