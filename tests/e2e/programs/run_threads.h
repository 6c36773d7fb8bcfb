/* tests/e2e/programs/run_threads.h
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * For the C programs: runs two or three thread functions at once and waits for all. */
#ifndef LOCKWEAVE_TESTS_RUN_THREADS_H
#define LOCKWEAVE_TESTS_RUN_THREADS_H

#include <pthread.h>
#include <stddef.h>

/* `third` may be NULL. */
static inline void run_threads(void* (*first)(void*), void* (*second)(void*),
                               void* (*third)(void*)) {
  pthread_t threads[3];
  pthread_create(&threads[0], NULL, first, NULL);
  pthread_create(&threads[1], NULL, second, NULL);
  if (third != NULL) pthread_create(&threads[2], NULL, third, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  if (third != NULL) pthread_join(threads[2], NULL);
}

#endif
