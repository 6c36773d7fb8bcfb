// tests/e2e/programs/permits_handed_over.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Permits that others give back: of three, and of one, whose taker has ended by then; one kind that is
// used up, once each; and one that a last thread takes all of, to wait until the others are through.
// No permit is lost.
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t orders;
static sem_t turn;
static sem_t coupons;
static sem_t at_work;

static void* take_all(void* unused) {
  sem_wait(&orders);
  sem_post(&orders);  // once by itself: refused
  sem_wait(&orders);
  sem_wait(&turn);
  sem_wait(&coupons);
  return unused;
}

static void* give_back(void* unused) {
  sem_post(&orders);
  sem_post(&turn);
  return unused;
}

static void* work(void* unused) {
  sem_wait(&at_work);
  sem_post(&at_work);
  return unused;
}

static void* close_up(void* unused) {
  for (int i = 0; i < 3; ++i) sem_wait(&at_work);
  return unused;
}

static void run(void* (*body)(void*)) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, NULL);
  pthread_join(thread, NULL);
}

int main(void) {
  sem_init(&orders, 0, 3);
  sem_init(&turn, 0, 1);
  sem_init(&coupons, 0, 5);
  sem_init(&at_work, 0, 3);
  run(take_all);
  run(give_back);
  run(work);
  run(close_up);
  sem_destroy(&turn);
  return 0;
}
