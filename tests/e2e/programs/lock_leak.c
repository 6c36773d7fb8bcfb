// tests/e2e/programs/lock_leak.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread leaves by an early return and takes the lock with it into its grave.
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t settings = PTHREAD_MUTEX_INITIALIZER;
static int version;

static void* reload(void* changed) {
  pthread_mutex_lock(&settings);  // expect: lock-leak
  if (changed == NULL) return NULL;
  ++version;
  pthread_mutex_unlock(&settings);
  return NULL;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, reload, &version);
  pthread_join(thread, NULL);
  pthread_create(&thread, NULL, reload, NULL);
  pthread_join(thread, NULL);
  return 0;
}
