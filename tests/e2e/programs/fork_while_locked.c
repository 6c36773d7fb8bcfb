// tests/e2e/programs/fork_while_locked.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process forks while another thread holds a lock, and the child wants it: there nobody unlocks it.
#include <sys/wait.h>
#include <unistd.h>

#include "run_threads.h"
#include "steps.h"

static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;

static void* write_log(void* unused) {
  pthread_mutex_lock(&journal);
  next_step();
  await_step(2);
  pthread_mutex_unlock(&journal);
  return unused;
}

static void* start_child(void* unused) {
  await_step(1);
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&journal);  // expect: fork-while-locked
    pthread_mutex_unlock(&journal);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  next_step();
  return unused;
}

int main(void) {
  run_threads(write_log, start_child, NULL);
  return 0;
}
