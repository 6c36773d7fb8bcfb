// tests/peers/transparency/daemon.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A daemon that closes every descriptor goes on being watched.
// watched: 2
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* lock_once(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return unused;
}

int main(void) {
  int ends[2];
  char byte = 0;
  if (pipe(ends) != 0) return 1;
  pid_t pid = fork();
  if (pid == 0) {
    if (daemon(1, 1) != 0) _exit(1);
    for (int i = 0; i < 256; ++i) {
      if (i != ends[1]) close(i);
    }
    pthread_t thread;
    pthread_create(&thread, NULL, lock_once, NULL);
    pthread_join(thread, NULL);
    byte = 'd';
    if (write(ends[1], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  if (read(ends[0], &byte, 1) != 1) byte = '?';
  while (read(ends[0], &byte, 1) > 0) continue;  // until the daemon has ended
  waitpid(pid, NULL, 0);
  printf("%c\n", byte);
  return 0;
}
