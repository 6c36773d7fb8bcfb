// tests/e2e/programs/awaited_signals.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Signals that are blocked but while the thread waits for them: their handlers interrupt nothing that
// holds a lock. Two of them come in one wait. The last handler forks, and what the child does from there
// on it does not do in a handler.
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int seen;
static int child_status = 1;

static void count(int number) {
  (void)number;
  pthread_mutex_lock(&mutex);
  ++seen;
  pthread_mutex_unlock(&mutex);
}

static void serve(int number) {
  const pid_t child = fork();
  if (child != 0) {
    waitpid(child, &child_status, 0);
    return;
  }
  count(number);
  _exit(0);
}

static void install(int number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigaction(number, &action, NULL);
}

int main(void) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigaddset(&blocked, SIGUSR2);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  install(SIGUSR1, count);
  install(SIGUSR2, count);
  install(SIGHUP, serve);
  pthread_mutex_lock(&mutex);
  kill(getpid(), SIGUSR1);
  pthread_mutex_unlock(&mutex);
  pselect(0, NULL, NULL, NULL, NULL, &before);
  kill(getpid(), SIGUSR1);
  ppoll(NULL, 0, NULL, &before);
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGUSR2);
  sigsuspend(&before);
  const int queue = epoll_create1(0);
  struct epoll_event event;
  kill(getpid(), SIGUSR2);
  epoll_pwait(queue, &event, 1, -1, &before);
  raise(SIGHUP);
  return seen == 5 && child_status == 0 ? 0 : 1;
}
