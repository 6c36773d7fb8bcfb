// tests/e2e/programs/post_refused.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A semaphore is full, and given one more.
#include <errno.h>
#include <limits.h>
#include <semaphore.h>

static sem_t places;

int main(void) {
  sem_init(&places, 0, SEM_VALUE_MAX - 1);
  sem_post(&places);
  const int refused = sem_post(&places);  // expect: semaphore-imbalance
  return refused == -1 && errno == EOVERFLOW ? 0 : 1;
}
