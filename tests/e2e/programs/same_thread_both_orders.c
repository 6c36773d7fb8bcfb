// tests/e2e/programs/same_thread_both_orders.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// One thread takes two locks in both orders, and no other thread takes both: it cannot wait for
// itself.
#include "run_threads.h"

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;

static void* both_orders(void* unused) {
  pthread_mutex_lock(&left);
  pthread_mutex_lock(&right);
  pthread_mutex_unlock(&right);
  pthread_mutex_unlock(&left);

  pthread_mutex_lock(&right);
  pthread_mutex_lock(&left);
  pthread_mutex_unlock(&left);
  pthread_mutex_unlock(&right);
  return unused;
}

static void* only_one(void* unused) {
  pthread_mutex_lock(&left);
  pthread_mutex_unlock(&left);
  return unused;
}

int main(void) {
  run_threads(both_orders, only_one, NULL);
  return 0;
}
