// tests/peers/transparency/exec_failure.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A failed exec changes nothing: errno, environment, locks, the record goes on.
// expect: unlock-not-held
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char** environ;

int main(void) {
  static pthread_mutex_t never_locked = PTHREAD_MUTEX_INITIALIZER;
  char* arguments[] = {"x", NULL};
  char** before = environ;
  int result = execv("/no/such/file", arguments);
  printf("%d %d\n", result, errno == ENOENT);
  result = execvp("/etc", arguments);
  printf("%d %d\n", result, errno == EACCES);
  result = execl("/no/such/file", "a", "b", "c", "d", "e", "f", "g", "h", NULL);
  printf("%d %d\n", result, errno == ENOENT);
  result = execlp("no-such-command", "a", NULL);
  printf("%d %d\n", result, errno == ENOENT);
  printf("%d %d\n", environ == before, getenv("LOCKWEAVE_RUN") == NULL);
  pthread_mutex_unlock(&never_locked);
  return 0;
}
