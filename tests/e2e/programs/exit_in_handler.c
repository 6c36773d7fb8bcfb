// tests/e2e/programs/exit_in_handler.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none: a program that ends in a signal handler, whatever the handler interrupted. Children do so
// again and again while they make new locks and nest them, which is when the runtime is busiest.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kChildren = 60, kWays = 4 };

static int way;

static void on_alarm(int number) {
  (void)number;
  switch (way) {
    case 0: _exit(7);
    case 1: _Exit(7);
    case 2: quick_exit(7);
    default: execl("/bin/sh", "sh", "-c", "exit 7", (char*)NULL);
  }
}

static void nest_new_locks(void) {
  static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
  for (;;) {
    pthread_mutex_t* inner = malloc(sizeof *inner);
    pthread_mutex_init(inner, NULL);
    pthread_mutex_lock(&outer);
    pthread_mutex_lock(inner);
    pthread_mutex_unlock(inner);
    pthread_mutex_unlock(&outer);
    pthread_mutex_destroy(inner);
    free(inner);
  }
}

static void end_in_handler(int child) {
  struct itimerval soon = {{0, 0}, {0, 2000 + 97 * child}};
  way = child % kWays;
  signal(SIGALRM, on_alarm);
  setitimer(ITIMER_REAL, &soon, NULL);
  nest_new_locks();
}

int main(void) {
  for (int child = 0; child < kChildren; ++child) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) end_in_handler(child);
    if (waitpid(pid, &status, 0) != pid) return 1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 7) return 2;
  }
  return 0;
}
