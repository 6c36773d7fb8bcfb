// tests/peers/healthy/pipe_reader.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread reads a pipe whose writer is another process; all other threads wait for the reader.
#include <semaphore.h>

#include "asleep.h"

static sem_t message;
static int pipe_ends[2];

static void* reader(void* unused) {
  char text[8];
  while (read(pipe_ends[0], text, sizeof text) > 0) sem_post(&message);
  return unused;
}

static void* worker(void* unused) {
  MUST(sem_wait(&message) == 0);
  sem_post(&message);
  return unused;
}

int main(void) {
  MUST(sem_init(&message, 0, 0) == 0 && pipe(pipe_ends) == 0);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(parent, 0);
    MUST(write(pipe_ends[1], "hello", 5) == 5);
    _exit(0);
  }
  close(pipe_ends[1]);
  const pthread_t first = started(worker, NULL);
  const pthread_t second = started(reader, NULL);
  joined(first);
  joined(second);
  printf("child %d\n", status_of(child));
  return 0;
}
