// tests/e2e/programs/stack_overflow_handled.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread runs off the end of its stack. The handler, on a stack of its own with nothing mapped around
// it, takes a lock under another before it jumps back: below the interrupted frame nothing can be read.
// What interrupts by its own instruction is no signal handler of the kind that may not lock.
// expect-none
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static sigjmp_buf before;
static volatile int enough;

static void handle(int signal) {
  (void)signal;
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
  siglongjmp(before, 1);
}

__attribute__((noinline)) static int run_off(volatile char* above) {
  volatile char here[512];
  here[0] = above[0];
  const int deeper = enough ? 0 : run_off(here);
  return deeper + here[0];
}

static void* overflow(void* unused) {
  enum { kPage = 4096, kSize = 16 * kPage };
  char* memory = mmap(NULL, kSize + 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(memory + kPage, kSize, PROT_READ | PROT_WRITE);
  stack_t stack = {.ss_sp = memory + kPage, .ss_size = kSize};
  sigaltstack(&stack, NULL);
  volatile char bottom = 0;
  if (sigsetjmp(before, 1) == 0) run_off(&bottom);
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, NULL);
  munmap(memory, kSize + 2 * kPage);
  return unused;
}

int main(void) {
  struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
  sigaction(SIGSEGV, &action, NULL);
  pthread_t thread;
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 1 << 18);
  pthread_create(&thread, &small, overflow, NULL);
  pthread_join(thread, NULL);
  return 0;
}
