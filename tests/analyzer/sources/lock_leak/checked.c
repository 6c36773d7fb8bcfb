// tests/analyzer/sources/lock_leak/checked.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks of C say with a number whether they were got: 0 is yes.
#include <errno.h>
#include <pthread.h>
#include <threads.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static mtx_t plain;
static int value;

int forgets(int early) {
  if (pthread_mutex_lock(&mutex)) return -1;
  if (early) {
    return 1;  // expect: lock-leak
  }
  return pthread_mutex_unlock(&mutex);
}
int forgets_when_busy(void) {
  int code = pthread_mutex_trylock(&mutex);
  if (code == EBUSY) return 1;
  if (value > 3) {
    return 2;  // expect: lock-leak
  }
  pthread_mutex_unlock(&mutex);
  return code;
}

int tested(void) {
  if (pthread_mutex_lock(&mutex) != 0) return -1;
  value++;
  if (pthread_mutex_unlock(&mutex) != 0) return -1;
  return 0;
}
int kept(void) {
  int code = pthread_mutex_lock(&mutex);
  if (code) return code;
  value++;
  return pthread_mutex_unlock(&mutex);
}
int kept_in_the_test(void) {
  int code;
  if ((code = pthread_mutex_trylock(&mutex)) != 0) return code;
  value++;
  pthread_mutex_unlock(&mutex);
  return 0;
}
int busy(void) {
  if (pthread_mutex_trylock(&mutex) == EBUSY) return 1;
  value++;
  pthread_mutex_unlock(&mutex);
  return 0;
}
int switched(void) {
  switch (pthread_mutex_trylock(&mutex)) {
    case 0:
      value++;
      pthread_mutex_unlock(&mutex);
      return 0;
    case EBUSY: return 1;
    default: return 2;
  }
}
int switched_away(void) {
  switch (pthread_mutex_trylock(&mutex)) {
    case EBUSY: return 1;
    default: break;
  }
  value++;
  pthread_mutex_unlock(&mutex);
  return 0;
}
int wrapped(void) { return pthread_mutex_trylock(&mutex); }
void uses_wrapped(void) {
  if (wrapped() == 0) pthread_mutex_unlock(&mutex);
}

int plain_tested(void) {
  if (mtx_lock(&plain) != thrd_success) return -1;
  value++;
  mtx_unlock(&plain);
  return 0;
}
int plain_tried(void) {
  if (mtx_trylock(&plain) == thrd_success) {
    value++;
    mtx_unlock(&plain);
  }
  if (mtx_trylock(&plain) == thrd_busy) return 0;
  value++;
  mtx_unlock(&plain);
  return 1;
}

int main(void) {
  mtx_init(&plain, mtx_plain);
  uses_wrapped();
  return forgets(0) + forgets_when_busy() + tested() + kept() + kept_in_the_test() + busy() +
         switched() + switched_away() + plain_tested() + plain_tried();
}
