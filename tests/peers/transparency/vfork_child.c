// tests/peers/transparency/vfork_child.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A child of vfork changes its own signal dispositions and fails to exec: nothing changes in the parent.
// expect: unlock-not-held
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t seen = 0;
static void count(int signal) { seen += signal; }
static void other(int signal) { seen -= signal; }

int main(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  char* show[] = {"sh", "-c", "trap - USR1; kill -USR1 $$", NULL};
  struct sigaction now;
  int status = 0;
  signal(SIGUSR1, count);
  for (int i = 0; i < 3; ++i) {
    pid_t pid = vfork();
    if (pid == 0) {
      signal(SIGUSR1, i == 0 ? SIG_DFL : other);
      signal(SIGTERM, SIG_DFL);
      execv("/no/such/file", show);
      if (i == 2) _exit(errno);
      execv("/bin/sh", show);
      _exit(99);
    }
    waitpid(pid, &status, 0);
    printf("%d\n", status);
    sigaction(SIGUSR1, NULL, &now);
    raise(SIGUSR1);
    printf("%d %d\n", now.sa_handler == count, (int)seen);
  }
  pthread_mutex_unlock(&mutex);  // a bug, seen if this thread is still watched
  return 0;
}
