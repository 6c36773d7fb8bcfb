// tests/e2e/programs/frame_pointer_of_any_value.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code without frame pointers may keep anything in that register while it takes a lock: small numbers,
// the ends of the address space, an address in the stack, above it, or in memory that was given back.
// expect-none
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;

typedef int (*Operation)(pthread_mutex_t*);

__attribute__((noinline)) static int call_with(Operation operation, pthread_mutex_t* mutex,
                                               uintptr_t frame_pointer) {
  int result = 0;
#if defined(__x86_64__)
  __asm__ volatile(
      "mov %%rbp, %%r12\n\t"
      "mov %%rsp, %%r13\n\t"
      "sub $256, %%rsp\n\t"
      "and $-16, %%rsp\n\t"
      "mov %1, %%rax\n\t"
      "mov %3, %%rbp\n\t"
      "call *%%rax\n\t"
      "mov %%r13, %%rsp\n\t"
      "mov %%r12, %%rbp"
      : "=a"(result)
      : "r"(operation), "D"(mutex), "r"(frame_pointer)
      : "r12", "r13", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
#else
  (void)frame_pointer;
  result = operation(mutex);
#endif
  return result;
}

static void nest(uintptr_t frame_pointer) {
  call_with(pthread_mutex_lock, &outer, frame_pointer);
  call_with(pthread_mutex_lock, &inner, frame_pointer);
  call_with(pthread_mutex_unlock, &inner, frame_pointer);
  call_with(pthread_mutex_unlock, &outer, frame_pointer);
}

static void* try_all(void* hole) {
  const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  for (uintptr_t n = 0; n <= 64; ++n) {
    nest(n);
    nest(0 - n);
    nest((uintptr_t)1 << (n % 64));
    nest((uintptr_t)hole + n * 64);
  }
  for (uintptr_t distance = 8; distance < ((uintptr_t)1 << 24); distance += distance / 2) {
    nest(here + distance);
    nest(here - distance);
    nest((here & ~(uintptr_t)15) + (distance & ~(uintptr_t)15));
  }
  uint64_t random = 20240229;
  for (int i = 0; i < 2000; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    nest(random);
    nest(here + random % 65536 - 32768);
  }
  return NULL;
}

int main(void) {
  void* hole = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(hole, 4096);
  try_all(hole);
  pthread_t thread;
  pthread_create(&thread, NULL, try_all, hole);
  pthread_join(thread, NULL);
  return 0;
}
