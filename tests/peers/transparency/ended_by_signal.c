// tests/peers/transparency/ended_by_signal.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ends by a signal, an exit code, an assertion: the same status.
// args: TERM
// args: QUIT
// args: ABRT
// args: INT
// args: SEGV
// args: KILL
// args: abort
// args: exit
// args: _exit
// args: quick
// args: thread
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void at_quick(void) {
  fputs("at quick exit\n", stdout);
  fflush(stdout);
}

static void* end_the_process(void* unused) {
  exit(5);
  return unused;
}

int main(int count, char** arguments) {
  const char* how = count > 1 ? arguments[1] : "";
  const struct rlimit none = {0, 0};
  pthread_t thread;
  setrlimit(RLIMIT_CORE, &none);
  puts(how);
  fflush(stdout);
  if (strcmp(how, "TERM") == 0) raise(SIGTERM);
  if (strcmp(how, "QUIT") == 0) kill(getpid(), SIGQUIT);
  if (strcmp(how, "ABRT") == 0) raise(SIGABRT);
  if (strcmp(how, "INT") == 0) raise(SIGINT);
  if (strcmp(how, "SEGV") == 0) raise(SIGSEGV);
  if (strcmp(how, "KILL") == 0) raise(SIGKILL);
  if (strcmp(how, "abort") == 0) abort();
  if (strcmp(how, "exit") == 0) exit(3);
  if (strcmp(how, "_exit") == 0) _exit(200);
  at_quick_exit(at_quick);
  if (strcmp(how, "quick") == 0) quick_exit(4);
  pthread_create(&thread, NULL, end_the_process, NULL);
  pthread_join(thread, NULL);
  return 1;
}
