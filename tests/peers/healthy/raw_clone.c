// tests/peers/healthy/raw_clone.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task that was made by clone, unknown to the C library, wakes everybody: all known threads sleep.
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>

#include "asleep.h"

static int word;
static char stack[65536] __attribute__((aligned(16)));

// The task has no thread-local data of its own, so it must not call the C library.
static long bare_call(long number, long a, long b, long c, long d) {
  long result;
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
}

static int unknown_task(void* unused) {
  (void)unused;
  for (int i = 0; i < 3000; ++i) bare_call(SYS_sched_yield, 0, 0, 0, 0);
  __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
  bare_call(SYS_futex, (long)&word, FUTEX_WAKE_PRIVATE, 100, 0);
  bare_call(SYS_exit, 0, 0, 0, 0);
  return 0;
}

static void* worker(void* unused) {
  while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
  }
  return unused;
}

int main(void) {
  const int flags =
      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  const pthread_t first = started(worker, NULL);
  const pthread_t second = started(worker, NULL);
  MUST(clone(unknown_task, stack + sizeof stack, flags, NULL) > 0);
  joined(first);
  joined(second);
  printf("word %d\n", word);
  return 0;
}
