// tests/e2e/programs/used_after_new_start.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mutexes that were destroyed and live again at the same address: by a call, by assignment, and as part
// of new memory.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex;

static void use(pthread_mutex_t* it) {  // expect-none
  if (pthread_mutex_lock(it) != 0 || pthread_mutex_unlock(it) != 0) abort();
}

int main(void) {
  pthread_mutex_t* on_heap = malloc(sizeof *on_heap);
  pthread_mutex_init(&mutex, NULL);
  use(&mutex);
  pthread_mutex_destroy(&mutex);
  pthread_mutex_init(&mutex, NULL);
  use(&mutex);
  pthread_mutex_destroy(&mutex);
  mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  use(&mutex);
  pthread_mutex_init(on_heap, NULL);
  use(on_heap);
  pthread_mutex_destroy(on_heap);
  memset(on_heap, 0, sizeof *on_heap);
  use(on_heap);
  pthread_mutex_destroy(on_heap);
  free(on_heap);
  return 0;
}
