// tests/e2e/programs/permit_leak.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A worker leaves by an early return, with one of three permits. Nothing hangs: two are left.
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t seats;
static int served;

static void* work(void* anything_to_do) {
  sem_wait(&seats);  // expect: semaphore-imbalance
  if (anything_to_do == NULL) return NULL;
  __atomic_add_fetch(&served, 1, __ATOMIC_RELAXED);
  sem_post(&seats);
  return NULL;
}

static void send(void* anything_to_do) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, anything_to_do);
  pthread_join(thread, NULL);
}

int main(void) {
  sem_init(&seats, 0, 3);
  send(&served);
  send(NULL);
  send(&served);
  return 0;
}
