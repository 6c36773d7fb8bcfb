// tests/e2e/programs/self_deadlock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function that locks calls another function that locks the same: a mutex is not recursive.
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int value;

static void add(int amount) {
  pthread_mutex_lock(&mutex);  // expect: double-lock
  value += amount;
  pthread_mutex_unlock(&mutex);
}

static void add_twice(int amount) {
  pthread_mutex_lock(&mutex);
  add(amount);
  add(amount);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  add(1);
  add_twice(2);
  return 0;
}
