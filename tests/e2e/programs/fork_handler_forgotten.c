// tests/e2e/programs/fork_handler_forgotten.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A handler takes a lock before each fork, and another gives it back in the parent; the child's was
// forgotten. The child holds the lock, and waits for itself.
#include <sys/wait.h>
#include <unistd.h>

#include "run_threads.h"

static pthread_mutex_t pool = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;

static void before_fork(void) { pthread_mutex_lock(&pool); }
static void after_fork(void) { pthread_mutex_unlock(&pool); }

static void* use_pool(void* unused) {
  pthread_mutex_lock(&pool);
  pthread_mutex_unlock(&pool);
  return unused;
}

int main(void) {
  pthread_atfork(before_fork, after_fork, NULL);
  run_threads(use_pool, use_pool, NULL);
  const pid_t child = fork();
  if (child == 0) {
    pthread_mutex_lock(&journal);
    pthread_mutex_unlock(&journal);
    pthread_mutex_lock(&pool);  // expect: double-lock
    pthread_mutex_unlock(&pool);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  return 0;
}
