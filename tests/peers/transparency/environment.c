// tests/peers/transparency/environment.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program and its children see the environment of their user.
// args: print
// args: getenv
// args: system
// args: popen
// args: execve
// args: execle
// args: spawn
// args: clean
// args: added
// args: vfork
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

static void print(char** variables) {
  for (; *variables != NULL; ++variables) {
    if (strncmp(*variables, "_=", 2) != 0) puts(*variables);
  }
}

static int wait_for(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

int main(int count, char** arguments) {
  const char* what = count > 1 ? arguments[1] : "print";
  char* mine[] = {"A=1", "LD_PRELOAD=libm.so.6", "B=2", NULL};
  char* none[] = {NULL};
  char* print_me[] = {"environment", "print", NULL};
  char* show[] = {"sh", "-c", "env | grep -v '^_='; exit 3", NULL};
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(what, "print") == 0) print(environ);
  if (strcmp(what, "getenv") == 0) {
    printf("%s %s\n", getenv("LD_PRELOAD"), getenv("LOCKWEAVE_RUN"));
    setenv("LD_PRELOAD", "libm.so.6", 1);
    printf("%s\n", getenv("LD_PRELOAD"));
    fflush(stdout);
    printf("%d\n", system("env | grep -v '^_='"));
  }
  if (strcmp(what, "system") == 0) {
    printf("%d %d\n", system(NULL), system("env | grep -v '^_='; exit 3"));
    printf("%d\n", system("kill -9 $$"));
    printf("%d\n", system("no such command 2>/dev/null"));
  }
  if (strcmp(what, "popen") == 0) {
    char line[4096];
    FILE* pipe = popen("env | grep -v '^_='", "r");
    while (fgets(line, sizeof line, pipe) != NULL) fputs(line, stdout);
    printf("%d\n", pclose(pipe));
    print(environ);
  }
  if (strcmp(what, "execve") == 0) execve("/proc/self/exe", print_me, mine);
  if (strcmp(what, "execle") == 0) execle("/proc/self/exe", "environment", "print", NULL, mine);
  if (strcmp(what, "clean") == 0) execve("/proc/self/exe", print_me, none);
  if (strcmp(what, "added") == 0) {
    putenv("ADDED=yes");
    execl("/proc/self/exe", "environment", "print", NULL);
  }
  if (strcmp(what, "spawn") == 0) {
    pid_t pid = 0;
    int error = posix_spawnp(&pid, "sh", NULL, NULL, show, mine);
    printf("%d %d\n", error, wait_for(pid));
    error = posix_spawn(&pid, "/no/such/file", NULL, NULL, show, mine);
    printf("%s\n", strerror(error));
  }
  if (strcmp(what, "vfork") == 0) {
    pid_t pid = vfork();
    if (pid == 0) {
      execvpe("/no/such/file", show, mine);
      execvpe("sh", show, mine);
      _exit(9);
    }
    printf("%d %s\n", wait_for(pid), pid > 0 ? "child" : "none");
  }
  return 0;
}
