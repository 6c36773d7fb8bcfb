// tests/peers/hanging/stdio_locked.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A deadlock in the midst of output: one of its threads holds stdout and stderr, and telling of it must
// not need them.
// hangs: deadlock
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t gate;

static void* print_table(void* unused) {
  flockfile(stdout);
  flockfile(stderr);
  pthread_mutex_lock(&second);
  pthread_barrier_wait(&gate);
  pthread_mutex_lock(&first);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_barrier_init(&gate, NULL, 2);
  pthread_create(&thread, NULL, print_table, NULL);
  pthread_mutex_lock(&first);
  pthread_barrier_wait(&gate);
  pthread_mutex_lock(&second);
  pthread_join(thread, NULL);
  return 0;
}
