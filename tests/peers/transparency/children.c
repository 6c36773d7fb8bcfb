// tests/peers/transparency/children.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Children of every kind are watched: each leaves a record.
// watched: 7
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

int main(int count, char** arguments) {
  char* none[] = {NULL};
  char* leaf[] = {"children", "leaf", NULL};
  if (count > 1) return 0;
  (void)arguments;
  pid_t pid = fork();
  if (pid == 0) exit(0);
  int total = wait_for(pid);
  pid = fork();
  if (pid == 0) {
    execve("/proc/self/exe", leaf, none);
    _exit(1);
  }
  total += wait_for(pid);
  pid = vfork();
  if (pid == 0) {
    execve("/proc/self/exe", leaf, none);
    _exit(1);
  }
  total += wait_for(pid);
  posix_spawn(&pid, "/proc/self/exe", NULL, NULL, leaf, none);
  total += wait_for(pid);
  unsetenv("LD_PRELOAD");
  total += system("true");
  total += pclose(popen("true", "r"));
  printf("%d\n", total);
  return 0;
}
