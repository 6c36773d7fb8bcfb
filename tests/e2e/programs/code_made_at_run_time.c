// tests/e2e/programs/code_made_at_run_time.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code that no file holds and no unwind table describes, as a just-in-time compiler makes it, calls
// functions that take locks. The last one gives its memory back before it takes them, and ends the
// process before anybody returns to it: an unloaded library that is still on the stack.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "steps.h"

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;

typedef void (*Function)(void);
typedef void (*Made)(Function);

static void first_then_second(void) {
  pthread_mutex_lock(&first);
  pthread_mutex_lock(&second);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&second);
  pthread_mutex_unlock(&first);
}

static void second_then_first(void) {
  pthread_mutex_lock(&second);
  pthread_mutex_lock(&first);  // expect-either: lock-order-cycle
  pthread_mutex_unlock(&first);
  pthread_mutex_unlock(&second);
}

#if defined(__x86_64__)
static const unsigned char kCode[] = {
    0x53,                                      // push %rbx
    0x48, 0xC7, 0xC3, 0xF0, 0xFF, 0xFF, 0xFF,  // mov $-16, %rbx
    0xFF, 0xD7,                                // call *%rdi
    0x5B,                                      // pop %rbx
    0xC3,                                      // ret
};

static void* memory;

static Made make(void) {
  memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(memory, kCode, sizeof kCode);
  mprotect(memory, 4096, PROT_READ | PROT_EXEC);
  return (Made)memory;
}

static void unmake(void) { munmap(memory, 4096); }
#else
static void call(Function function) { function(); }
static Made make(void) { return call; }
static void unmake(void) {}
#endif

static void leave(void) {
  unmake();
  second_then_first();
  exit(0);
}

static void* run(void* unused) {
  make()(first_then_second);
  next_step();
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, run, NULL);
  await_step(1);
  make()(leave);
  return 1;
}
