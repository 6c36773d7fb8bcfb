// tests/peers/transparency/posted_from_outside.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything sleeps, but somebody outside can wake it: a named semaphore, a shared one, a handler that
// posts. Nothing to tell.
// args: named
// args: shared
// args: handler
// watched: 2
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t* semaphore;
static void post(int signal) { sem_post(semaphore); }

// Until the parent sleeps.
static void wait_for_sleep(pid_t pid) {
  char path[64];
  char line[512];
  char state = 0;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  for (int asleep = 0; asleep < 100;) {
    FILE* file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) exit(1);
    fclose(file);
    state = strrchr(line, ')')[2];
    asleep = state == 'S' ? asleep + 1 : 0;
    sched_yield();
  }
}

int main(int count, char** arguments) {
  const char* how = count > 1 ? arguments[1] : "named";
  char name[64];
  sem_t own;
  snprintf(name, sizeof name, "/lockweave-peer-%d", getpid());
  if (strcmp(how, "named") == 0) {
    semaphore = sem_open(name, O_CREAT, 0600, 0);
    sem_unlink(name);
  } else if (strcmp(how, "shared") == 0) {
    semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(semaphore, 1, 0);
  } else {
    semaphore = &own;
    sem_init(semaphore, 0, 0);
    signal(SIGUSR1, post);
  }
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    wait_for_sleep(parent);
    if (semaphore == &own) {
      kill(parent, SIGUSR1);
    } else {
      sem_post(semaphore);
    }
    _exit(0);
  }
  int result;
  do {
    result = sem_wait(semaphore);
  } while (result != 0 && errno == EINTR);
  waitpid(pid, NULL, 0);
  printf("%d\n", result);
  if (strcmp(how, "named") == 0) sem_close(semaphore);
  return 0;
}
