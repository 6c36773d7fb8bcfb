// tests/peers/transparency/fault_in_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fault inside a lock function, left by siglongjmp: the thread is watched as before.
// expect: unlock-not-held
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf back;
static volatile sig_atomic_t faults = 0;

static void on_fault(int signal) {
  ++faults;
  siglongjmp(back, signal);
}

int main(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  signal(SIGSEGV, on_fault);
  for (volatile int i = 0; i < 3; ++i) {
    if (sigsetjmp(back, 1) == 0) pthread_mutex_lock((pthread_mutex_t*)64);
  }
  printf("%d\n", (int)faults);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_unlock(&mutex);  // a bug
  return 0;
}
