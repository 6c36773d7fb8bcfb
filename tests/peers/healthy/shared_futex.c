// tests/peers/healthy/shared_futex.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process sleeps on a futex word in shared memory that only another process changes.
#include <linux/futex.h>
#include <sys/syscall.h>

#include "asleep.h"

int main(void) {
  int* word = shared_page();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(parent, 0);
    __atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
    _exit(0);
  }
  while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0) {
    syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
  }
  printf("word %d, child %d\n", *word, status_of(child));
  return 0;
}
