// tests/e2e/programs/recursive_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A recursive mutex may be taken again by the thread that holds it.
#include "run_threads.h"

static pthread_mutex_t mutex;
static int depth;

static void descend(int levels) {
  pthread_mutex_lock(&mutex);
  ++depth;
  if (levels > 1) descend(levels - 1);
  pthread_mutex_unlock(&mutex);
}

static void* shallow(void* unused) {
  descend(3);
  return unused;
}

static void* deep(void* unused) {
  descend(5);
  return unused;
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  run_threads(shallow, deep, NULL);
  pthread_mutex_destroy(&mutex);
  return depth == 8 ? 0 : 1;
}
