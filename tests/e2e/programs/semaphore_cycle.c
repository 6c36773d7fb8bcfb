// tests/e2e/programs/semaphore_cycle.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Binary semaphores used as locks, taken in both orders one after the other: nothing hangs this time.
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static sem_t printer;
static sem_t scanner;

static void* copy_page(void* unused) {
  sem_wait(&printer);
  sem_wait(&scanner);  // expect-either: lock-order-cycle
  sem_post(&scanner);
  sem_post(&printer);
  next_step();
  return unused;
}

static void* fax_page(void* unused) {
  await_step(1);
  sem_wait(&scanner);
  sem_wait(&printer);  // expect-either: lock-order-cycle
  sem_post(&printer);
  sem_post(&scanner);
  return unused;
}

int main(void) {
  sem_init(&printer, 0, 1);
  sem_init(&scanner, 0, 1);
  run_threads(copy_page, fax_page, NULL);
  return 0;
}
