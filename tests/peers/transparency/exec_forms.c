// tests/peers/transparency/exec_forms.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program is replaced by descriptor: each child is watched. Where it fails, errno is the same.
// watched: 11
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char* none[] = {NULL};
static char* leaf[] = {"exec_forms", "leaf", NULL};

static void by_descriptor(void) {
  fexecve(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), leaf, none);
}

static void by_path_descriptor(void) {
  execveat(open("/proc/self/exe", O_PATH | O_CLOEXEC), "", leaf, none, AT_EMPTY_PATH);
}

static void by_folder(void) { execveat(open("/proc/self", O_PATH), "exe", leaf, none, 0); }

static void by_absolute_path(void) { execveat(-1, "/proc/self/exe", leaf, none, 0); }

static void from_memory(void) {
  struct stat status;
  const int program = open("/proc/self/exe", O_RDONLY);
  const int copy = memfd_create("copy", MFD_CLOEXEC);
  fstat(program, &status);
  while (sendfile(copy, program, NULL, (size_t)status.st_size) > 0) continue;
  fexecve(copy, leaf, none);
}

static int status_of(void (*become)(void)) {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    become();
    _exit(9);
  }
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

int main(int count, char** arguments) {
  (void)arguments;
  if (count > 1) return 3;
  void (*const forms[])(void) = {by_descriptor, by_path_descriptor, by_folder, by_absolute_path,
                                 from_memory};
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; ++i) printf("%d ", status_of(forms[i]));
  int result = fexecve(-1, leaf, none);
  printf("%d %d ", result, errno == EINVAL);
  result = execveat(AT_FDCWD, "no/such/file", leaf, none, 0);
  printf("%d %d ", result, errno == ENOENT);
  const int folder = open("/", O_RDONLY | O_DIRECTORY);
  result = execveat(folder, "", leaf, none, AT_EMPTY_PATH);
  printf("%d %d\n", result, errno == EACCES);
  return 0;
}
