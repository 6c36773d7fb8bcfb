// tests/peers/healthy/condition_ping_pong.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// heavy
//
// Two threads take turns 20000 times by one condition variable while main joins.
#include "asleep.h"

enum { kTurns = 20000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn;

static void* player(void* self) {
  const int me = self != NULL;
  for (int i = 0; i < kTurns; ++i) {
    pthread_mutex_lock(&mutex);
    while (turn % 2 != me) pthread_cond_wait(&changed, &mutex);
    ++turn;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

int main(void) {
  const pthread_t first = started(player, NULL);
  const pthread_t second = started(player, &turn);
  joined(first);
  joined(second);
  printf("turn %d\n", turn);
  return 0;
}
