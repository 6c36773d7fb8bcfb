// tests/peers/healthy/long_section.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A long critical section: everybody else waits for the lock, but its holder is at work.
#include "asleep.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long sum;

static void* worker(void* number) {
  pthread_mutex_lock(&mutex);
  for (unsigned long i = 0; i < 3000000; ++i) {
    sum += i;
    __asm__ volatile("" ::: "memory");
  }
  pthread_mutex_unlock(&mutex);
  return number;
}

int main(void) {
  pthread_t threads[4];
  for (size_t i = 0; i < 4; ++i) threads[i] = started(worker, (void*)i);
  for (int i = 0; i < 4; ++i) joined(threads[i]);
  printf("sum %lu\n", sum);
  return 0;
}
