// tests/peers/transparency/fork_plain.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// _Fork, which runs no fork handlers, in a busy program, from a thread and from a signal handler: each
// child is watched, locks and makes threads of its own.
// watched: 41
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kChildren = 20, kRounds = 50, kLocks = 4 };

static pthread_mutex_t child_locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static atomic_int rounds_wanted;
static int good;
static pid_t forked_by_handler;

// New locks and nestings while main forks: the runtime always learns something.
static void* busy(void* unused) {
  for (int rounds = 0; rounds < 2 * kChildren * kRounds; ++rounds) {
    while (rounds >= rounds_wanted) sched_yield();
    pthread_mutex_t* locks = malloc(kLocks * sizeof *locks);
    for (int i = 0; i < kLocks; ++i) pthread_mutex_init(&locks[i], NULL);
    for (int i = 0; i < kLocks; ++i) pthread_mutex_lock(&locks[i]);
    for (int i = 0; i < kLocks; ++i) pthread_mutex_unlock(&locks[i]);
    free(locks);
  }
  return unused;
}

static void* lock_in_child(void* unused) {
  pthread_mutex_lock(&child_locks[0]);
  pthread_mutex_lock(&child_locks[1]);
  pthread_mutex_unlock(&child_locks[1]);
  pthread_mutex_unlock(&child_locks[0]);
  return unused;
}

static void child(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, lock_in_child, NULL) != 0) _exit(1);
  pthread_join(thread, NULL);
  _exit(5);
}

static void await(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  good += WIFEXITED(status) && WEXITSTATUS(status) == 5;
}

static void on_signal(int number) {
  (void)number;
  forked_by_handler = _Fork();
  if (forked_by_handler == 0) _exit(5);
}

int main(void) {
  pthread_t worker;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  pthread_create(&worker, NULL, busy, NULL);
  for (int i = 0; i < kChildren; ++i) {
    rounds_wanted += kRounds;
    const pid_t pid = _Fork();
    if (pid == 0) child();
    await(pid);
  }
  for (int i = 0; i < kChildren; ++i) {
    rounds_wanted += kRounds;
    raise(SIGUSR1);
    await(forked_by_handler);
  }
  pthread_join(worker, NULL);
  printf("%d children\n", good);
  return 0;
}
