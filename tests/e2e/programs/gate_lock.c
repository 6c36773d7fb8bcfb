// tests/e2e/programs/gate_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Both orders, but only ever under one outer lock: while one thread is between `left` and `right`
// the other cannot be.
#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;

static void* left_first(void* unused) {
  pthread_mutex_lock(&gate);
  pthread_mutex_lock(&left);
  pthread_mutex_lock(&right);
  pthread_mutex_unlock(&right);
  pthread_mutex_unlock(&left);
  pthread_mutex_unlock(&gate);
  next_step();
  return unused;
}

static void* right_first(void* unused) {
  await_step(1);
  pthread_mutex_lock(&gate);
  pthread_mutex_lock(&right);
  pthread_mutex_lock(&left);
  pthread_mutex_unlock(&left);
  pthread_mutex_unlock(&right);
  pthread_mutex_unlock(&gate);
  return unused;
}

int main(void) {
  run_threads(left_first, right_first, NULL);
  return 0;
}
