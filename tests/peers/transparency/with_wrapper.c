// tests/peers/transparency/with_wrapper.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Under another preloaded wrapper of pthread_mutex_lock: it is called as often as without us.
// preload: {dir}/wrapper.so
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  long (*wrapped_calls)(void) = (long (*)(void))dlsym(RTLD_DEFAULT, "wrapped_calls");
  for (int i = 0; i < 100; ++i) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
  printf("%ld\n", wrapped_calls != NULL ? wrapped_calls() : -1);
  return 0;
}
