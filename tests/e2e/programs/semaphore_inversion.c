// tests/e2e/programs/semaphore_inversion.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Binary semaphores used as locks deadlock as locks do, though no semaphore has an owner.
#include <semaphore.h>

#include "run_threads.h"
#include "steps.h"

static sem_t printer;
static sem_t scanner;

static void* copy_page(void* unused) {
  sem_wait(&printer);
  next_step();
  await_step(2);
  sem_wait(&scanner);  // expect-either: deadlock
  sem_post(&scanner);
  sem_post(&printer);
  return unused;
}

static void* fax_page(void* unused) {
  sem_wait(&scanner);
  next_step();
  await_step(2);
  sem_wait(&printer);  // expect-either: deadlock
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
