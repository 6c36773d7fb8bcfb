// tests/e2e/programs/fork_in_once.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process forks while a thread is inside a pthread_once routine. The child calls pthread_once, too: glibc
// runs the routine there anew, for the thread that was in it does not exist.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool in_child = false;

static void set_up(void) {  // expect-none
  if (in_child) return;
  next_step();
  await_step(2);
}

static void* begin(void* unused) {
  pthread_once(&once, set_up);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, begin, NULL);
  await_step(1);
  const pid_t child = fork();
  if (child == 0) {
    in_child = true;
    pthread_once(&once, set_up);
    _exit(0);
  }
  next_step();
  pthread_join(thread, NULL);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
