// tests/peers/hanging/c11_crossed.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C11 mutexes taken in both orders.
// hangs: deadlock
#include <pthread.h>
#include <threads.h>

static mtx_t first;
static mtx_t second;
static pthread_barrier_t gate;

static int run(void* unused) {
  (void)unused;
  mtx_lock(&second);
  pthread_barrier_wait(&gate);
  mtx_lock(&first);
  return 0;
}

int main(void) {
  thrd_t thread;
  mtx_init(&first, mtx_plain);
  mtx_init(&second, mtx_plain);
  pthread_barrier_init(&gate, NULL, 2);
  thrd_create(&thread, run, NULL);
  mtx_lock(&first);
  pthread_barrier_wait(&gate);
  mtx_lock(&second);
  return 0;
}
