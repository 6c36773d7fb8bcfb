// tests/peers/healthy/file_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All threads sleep in a file lock or for who sleeps there; another process holds it.
#include <fcntl.h>
#include <semaphore.h>
#include <sys/file.h>

#include "asleep.h"

static sem_t locked;

static void* locker(void* path) {
  const int file = open(path, O_RDWR);
  MUST(file >= 0 && flock(file, LOCK_EX) == 0);
  sem_post(&locked);
  close(file);
  return NULL;
}

int main(void) {
  char path[] = "/tmp/lockweave-healthy-XXXXXX";
  const int file = mkstemp(path);
  MUST(file >= 0 && flock(file, LOCK_EX) == 0 && sem_init(&locked, 0, 0) == 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(parent, 0);
    MUST(flock(file, LOCK_UN) == 0);
    _exit(0);
  }
  close(file);
  const pthread_t thread = started(locker, path);
  MUST(sem_wait(&locked) == 0);
  joined(thread);
  unlink(path);
  printf("child %d\n", status_of(child));
  return 0;
}
