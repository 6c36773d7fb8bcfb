// tests/e2e/programs/wait_in_a_loop_made_at_run_time.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Code that a just-in-time compiler has made calls a function that waits once, and tests the condition
// itself: the loop stands in no file.
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "steps.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready;

typedef int (*Function)(void);
typedef int (*Made)(Function);

static int park(void) {
  pthread_mutex_lock(&mutex);
  if (!ready) {
    next_step();
    pthread_cond_wait(&changed, &mutex);
  }
  const int is_ready = ready;
  pthread_mutex_unlock(&mutex);
  return is_ready;
}

#if defined(__x86_64__)
static const unsigned char kCode[] = {
    0x53,              // push %rbx
    0x48, 0x89, 0xFB,  // mov %rdi, %rbx
    0xFF, 0xD3,        // again: call *%rbx
    0x85, 0xC0,        // test %eax, %eax
    0x74, 0xFA,        // jz again
    0x5B,              // pop %rbx
    0xC3,              // ret
};

static Made make(void) {
  void* memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(memory, kCode, sizeof kCode);
  mprotect(memory, 4096, PROT_READ | PROT_EXEC);
  return (Made)memory;
}
#else
static int again(Function function) {
  while (!function()) {
  }
  return 1;
}
static Made make(void) { return again; }
#endif

static void* run(void* unused) {
  make()(park);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, run, NULL);
  await_step(1);
  pthread_mutex_lock(&mutex);
  ready = 1;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
  return 0;
}
