// tests/peers/transparency/asan_child.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A child built with gcc's AddressSanitizer, whose own children are not.
// args: {dir}/with_asan
// watched: 7
// compiler: gcc
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char** arguments) {
  char* child[] = {count > 1 ? arguments[1] : "with_asan", "child", NULL};
  char* none[] = {NULL};
  int status = 0;
  pid_t pid = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("%d\n", posix_spawn(&pid, child[0], NULL, NULL, child, none));
  waitpid(pid, &status, 0);
  printf("%d\n", status);
  pid = fork();
  if (pid == 0) {
    execv(child[0], child);
    _exit(1);
  }
  waitpid(pid, &status, 0);
  printf("%d\n", status);
  return 0;
}
