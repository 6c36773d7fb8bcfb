// tests/peers/transparency/c11.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C11 threads do what they do without us.
// expect: unlock-not-held, double-lock
#include <stdio.h>
#include <threads.h>
#include <time.h>

static mtx_t mutex;
static cnd_t condition;
static once_flag once = ONCE_FLAG_INIT;
static tss_t specific;
static int ready = 0;
static int destroyed = 0;

static int initialised = 0;
static void initialise(void) { ++initialised; }
static void destroy(void* value) { destroyed += value != NULL; }

static int run(void* argument) {
  call_once(&once, initialise);
  tss_set(specific, argument);
  mtx_lock(&mutex);
  ready = 1;
  cnd_signal(&condition);
  mtx_unlock(&mutex);
  thrd_exit(17);
}

int main(void) {
  thrd_t thread;
  struct timespec past = {1, 0};
  int result = 0;
  mtx_init(&mutex, mtx_timed);
  cnd_init(&condition);
  tss_create(&specific, destroy);
  mtx_lock(&mutex);
  printf("%d\n", mtx_trylock(&mutex) == thrd_busy);
  printf("%d\n", thrd_create(&thread, run, &ready) == thrd_success);
  while (ready == 0) cnd_wait(&condition, &mutex);
  printf("%d\n", cnd_timedwait(&condition, &mutex, &past) == thrd_timedout);
  printf("%d\n", mtx_timedlock(&mutex, &past) == thrd_timedout);  // a bug
  mtx_unlock(&mutex);
  printf("%d\n", thrd_join(thread, &result) == thrd_success);
  call_once(&once, initialise);
  printf("%d %d %d\n", result, destroyed, initialised);
  mtx_unlock(&mutex);  // a bug
  tss_delete(specific);
  cnd_destroy(&condition);
  mtx_destroy(&mutex);
  return 0;
}
