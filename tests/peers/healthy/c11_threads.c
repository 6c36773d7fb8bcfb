// tests/peers/healthy/c11_threads.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C11 threads: a condition, a recursive mutex, thread-specific storage with a destructor.
#include <stdlib.h>
#include <threads.h>

#include "asleep.h"

enum { kTurns = 500 };

static mtx_t mutex;
static mtx_t recursive;
static cnd_t changed;
static tss_t scratch;
static int turn;

static void drop(void* memory) {
  mtx_lock(&mutex);
  free(memory);
  mtx_unlock(&mutex);
}

static int player(void* self) {
  const int me = self != NULL;
  tss_set(scratch, malloc(16));
  for (int i = 0; i < kTurns; ++i) {
    mtx_lock(&mutex);
    while (turn % 2 != me) cnd_wait(&changed, &mutex);
    ++turn;
    cnd_signal(&changed);
    mtx_unlock(&mutex);
    mtx_lock(&recursive);
    mtx_lock(&recursive);
    mtx_unlock(&recursive);
    mtx_unlock(&recursive);
  }
  return 5;
}

int main(void) {
  MUST(mtx_init(&mutex, mtx_plain) == thrd_success);
  MUST(mtx_init(&recursive, mtx_plain | mtx_recursive) == thrd_success);
  MUST(cnd_init(&changed) == thrd_success && tss_create(&scratch, drop) == thrd_success);
  thrd_t first, second;
  int results[2] = {0, 0};
  MUST(thrd_create(&first, player, NULL) == thrd_success);
  MUST(thrd_create(&second, player, &turn) == thrd_success);
  MUST(thrd_join(first, &results[0]) == thrd_success);
  MUST(thrd_join(second, &results[1]) == thrd_success);
  printf("turn %d, results %d %d\n", turn, results[0], results[1]);
  return 0;
}
