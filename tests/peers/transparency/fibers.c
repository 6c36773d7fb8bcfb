// tests/peers/transparency/fibers.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// swapcontext between stacks while locks are held.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

static ucontext_t back;
static ucontext_t fiber;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void run_fiber(void) {
  pthread_mutex_t on_fiber = PTHREAD_MUTEX_INITIALIZER;
  for (;;) {
    pthread_mutex_lock(&on_fiber);
    swapcontext(&fiber, &back);
    pthread_mutex_unlock(&on_fiber);
    swapcontext(&fiber, &back);
  }
}

static void* run(void* unused) {
  pthread_mutex_t on_stack = PTHREAD_MUTEX_INITIALIZER;
  char* stack = malloc(1 << 16);
  getcontext(&fiber);
  fiber.uc_stack.ss_sp = stack;
  fiber.uc_stack.ss_size = 1 << 16;
  makecontext(&fiber, run_fiber, 0);
  for (int i = 0; i < 100; ++i) {
    pthread_mutex_lock(&on_stack);
    swapcontext(&back, &fiber);
    pthread_mutex_lock(&mutex);
    swapcontext(&back, &fiber);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&on_stack);
  }
  free(stack);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, run, NULL);
  pthread_join(thread, NULL);
  run(NULL);
  puts("done");
  return 0;
}
