/* tests/analyzer/sources/lock_order_cycle/silent_assertion.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A failing assertion prints a report, with locks of its own, and ends the process. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t jobs = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static int pending;

static void report(const char* what) {
  pthread_mutex_lock(&log_mutex);
  fprintf(stderr, "%s\n", what);
  pthread_mutex_unlock(&log_mutex);
}
static void fail(const char* what) { report(what); }
#define CHECK(x) ((x) ? (void)0 : (fail(#x), __builtin_unreachable()))

static void* work(void* unused) {
  pthread_mutex_lock(&jobs);
  CHECK(pending >= 0);
  if (pending > 1000) {
    report("too many");
    abort();
  }
  ++pending;
  pthread_mutex_unlock(&jobs);
  return unused;
}
static void* print(void* unused) {
  pthread_mutex_lock(&log_mutex);
  pthread_mutex_lock(&jobs);
  fprintf(stderr, "%d\n", pending);
  pthread_mutex_unlock(&jobs);
  pthread_mutex_unlock(&log_mutex);
  return unused;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, NULL, work, NULL);
  pthread_create(&two, NULL, print, NULL);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
}
