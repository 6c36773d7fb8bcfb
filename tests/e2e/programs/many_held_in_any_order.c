// tests/e2e/programs/many_held_in_any_order.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sixteen thousand locks at a time, given back in the order they were taken, every second one first, in no
// order, and one after the other taken again: with a cost that grows with the square, that is no test but a
// hang.
// expect-none
#include <pthread.h>

enum { kLocks = 16000, kInTurn = 1000 };

static pthread_mutex_t locks[kLocks];

static void take_all(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_lock(&locks[i]);
}

static void give_back_every(int step) {
  for (int begin = 0; begin < step; ++begin) {
    for (int i = begin; i < kLocks; i += step) pthread_mutex_unlock(&locks[i]);
  }
}

int main(void) {
  for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
  const int steps[] = {1, 2, 127};
  for (unsigned i = 0; i < sizeof steps / sizeof *steps; ++i) {
    take_all();
    give_back_every(steps[i]);
  }
  for (int i = 0; i < kInTurn; ++i) pthread_mutex_lock(&locks[i]);
  for (int i = 0; i < kInTurn; ++i) {
    pthread_mutex_unlock(&locks[i]);
    pthread_mutex_lock(&locks[i]);
  }
  for (int i = 0; i < kInTurn; ++i) pthread_mutex_unlock(&locks[i]);
  return 0;
}
