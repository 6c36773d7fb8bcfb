// tests/e2e/programs/scoped_lock_both_orders.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// What std::scoped_lock is for C++, an order by address is for C: the caller's order is no matter.
#include <stdint.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;

static void lock_both(pthread_mutex_t* one, pthread_mutex_t* other) {
  const int in_order = (uintptr_t)one < (uintptr_t)other;
  pthread_mutex_lock(in_order ? one : other);
  pthread_mutex_lock(in_order ? other : one);
}

static void unlock_both(pthread_mutex_t* one, pthread_mutex_t* other) {
  pthread_mutex_unlock(one);
  pthread_mutex_unlock(other);
}

static void* left_first(void* unused) {
  lock_both(&left, &right);
  unlock_both(&left, &right);
  next_step();
  return unused;
}

static void* right_first(void* unused) {
  await_step(1);
  lock_both(&right, &left);
  unlock_both(&right, &left);
  return unused;
}

int main(void) {
  run_threads(left_first, right_first, NULL);
  return 0;
}
