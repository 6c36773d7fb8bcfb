// tests/peers/transparency/with_ubsan.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gcc's UndefinedBehaviorSanitizer.
// flags: -fsanitize=undefined
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(int count, char** arguments) {
  (void)arguments;
  pthread_mutex_lock(&mutex);
  volatile int shift = 31 + count;
  volatile int shifted = 1 << (shift & 31);
  pthread_mutex_unlock(&mutex);
  printf("%d\n", shifted);
  return 0;
}
