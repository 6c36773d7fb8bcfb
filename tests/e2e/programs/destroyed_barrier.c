// tests/e2e/programs/destroyed_barrier.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A barrier is destroyed while a round is not full: glibc waits for who came to leave, and he waits for
// who will never come.
#include <pthread.h>
#include <stddef.h>

#include "steps.h"

static pthread_barrier_t start;

static void* come(void* unused) {
  next_step();
  pthread_barrier_wait(&start);  // expect-either: deadlock
  return unused;
}

static int arrivals(void) { return (int)*(volatile unsigned*)(void*)&start; }  // glibc counts there

int main(void) {
  pthread_t guest;
  pthread_barrier_init(&start, NULL, 2);
  pthread_create(&guest, NULL, come, NULL);
  await_step(1);
  while (arrivals() == 0) sched_yield();
  pthread_barrier_destroy(&start);  // expect: destroyed-while-held // expect-either: deadlock
  pthread_join(guest, NULL);
  return 0;
}
