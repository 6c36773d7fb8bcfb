// tests/e2e/programs/fork_in_handler.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none: handlers fork, and so do threads, while all of them make and nest locks. Each child forks
// once more.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kThreads = 3, kForksInHandler = 40, kForksInThread = 20, kNestings = 20 };

static atomic_int forked_in_handler;
static atomic_int failures;

static void nest_new_locks(void) {
  pthread_mutex_t pair[2];
  pthread_mutex_init(&pair[0], NULL);
  pthread_mutex_init(&pair[1], NULL);
  pthread_mutex_lock(&pair[0]);
  pthread_mutex_lock(&pair[1]);
  pthread_mutex_unlock(&pair[1]);
  pthread_mutex_unlock(&pair[0]);
  pthread_mutex_destroy(&pair[1]);
  pthread_mutex_destroy(&pair[0]);
}

static void wait_for_child(pid_t pid) {
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) ++failures;
}

static void live_and_fork_once(void) {
  signal(SIGALRM, SIG_IGN);
  for (int i = 0; i < kNestings; ++i) nest_new_locks();
  const pid_t pid = fork();
  if (pid == 0) {
    nest_new_locks();
    _exit(0);
  }
  wait_for_child(pid);
  _exit(failures);
}

static void on_alarm(int number) {
  (void)number;
  if (forked_in_handler++ >= kForksInHandler) return;
  const pid_t pid = _Fork();  // the one that a handler may call
  if (pid == 0) {
    const pid_t grandchild = _Fork();
    if (grandchild == 0) _exit(0);
    wait_for_child(grandchild);
    _exit(failures);
  }
  wait_for_child(pid);
}

static void* nest_and_fork(void* unused) {
  for (int i = 0; i < kForksInThread || forked_in_handler < kForksInHandler; ++i) {
    for (int j = 0; j < kNestings; ++j) nest_new_locks();
    if (i >= kForksInThread) continue;
    const pid_t pid = fork();
    if (pid == 0) live_and_fork_once();
    wait_for_child(pid);
  }
  return unused;
}

int main(void) {
  const struct itimerval often = {{0, 1500}, {0, 1500}};
  const struct sigaction alarm = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
  pthread_t threads[kThreads];
  sigaction(SIGALRM, &alarm, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], NULL, nest_and_fork, NULL);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  return failures == 0 ? 0 : 1;
}
