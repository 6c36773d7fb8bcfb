// tests/e2e/programs/fibers.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fibers on small stacks of their own, with nothing mapped below and above them, take locks in two
// orders; so does a fiber whose stack lies in the frame of its thread. Fibers are not threads: what
// holds a lock is the thread that runs them, and here two threads do, one after the other.
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "steps.h"

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;

static __thread ucontext_t outside;
static __thread ucontext_t inside;

static void left_then_right(void) {
  pthread_mutex_lock(&left);
  pthread_mutex_lock(&right);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&right);
  pthread_mutex_unlock(&left);
}

static void right_then_left(void) {
  pthread_mutex_lock(&right);
  pthread_mutex_lock(&left);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&left);
  pthread_mutex_unlock(&right);
}

static void run_on(char* stack, size_t size, void (*function)(void)) {
  getcontext(&inside);
  inside.uc_stack.ss_sp = stack;
  inside.uc_stack.ss_size = size;
  inside.uc_link = &outside;
  makecontext(&inside, function, 0);
  swapcontext(&outside, &inside);
}

static void* run_in_guarded_memory(void* unused) {
  enum { kPage = 4096, kSize = 16 * kPage };
  char* memory = mmap(NULL, kSize + 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(memory + kPage, kSize, PROT_READ | PROT_WRITE);
  for (int i = 0; i < 3; ++i) run_on(memory + kPage, kSize, left_then_right);
  munmap(memory, kSize + 2 * kPage);
  next_step();
  return unused;
}

static void* run_in_own_frame(void* unused) {
  char memory[1 << 16];
  await_step(1);  // the two orders meet in no run
  for (int i = 0; i < 3; ++i) run_on(memory, sizeof memory, right_then_left);
  return unused;
}

int main(void) {
  pthread_t thread[2];
  pthread_create(&thread[0], NULL, run_in_guarded_memory, NULL);
  pthread_create(&thread[1], NULL, run_in_own_frame, NULL);
  pthread_join(thread[0], NULL);
  pthread_join(thread[1], NULL);
  return 0;
}
