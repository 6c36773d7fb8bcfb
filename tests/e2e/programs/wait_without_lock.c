// tests/e2e/programs/wait_without_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A condition wait gives its mutex back; here nobody has it. The wait's time is over before it begins.
#include <errno.h>
#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

int main(void) {
  const struct timespec long_ago = {1, 0};
  pthread_mutex_lock(&mutex);
  int result = pthread_cond_timedwait(&condition, &mutex, &long_ago);  // has it: fine
  pthread_mutex_unlock(&mutex);
  while (result == ETIMEDOUT) {
    result = pthread_cond_timedwait(&condition, &mutex, &long_ago);  // expect: unlock-not-held
    if (result == ETIMEDOUT) break;
  }
  return 0;
}
