// tests/peers/transparency/with_asan.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gcc's AddressSanitizer must be first: it is preloaded before us.
// flags: -fsanitize=address -fno-omit-frame-pointer
// preload: libasan.so.8
// compiler: gcc
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void on_signal(int signal) { (void)signal; }

static void* run(void* unused) {
  for (int i = 0; i < 1000; ++i) {
    pthread_mutex_lock(&mutex);
    char* volatile text = malloc(100);
    text[50] = 'x';
    free(text);
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

int main(void) {
  pthread_t threads[4];
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, run, NULL);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  pid_t pid = fork();
  if (pid == 0) _exit(3);
  int status = 0;
  waitpid(pid, &status, 0);
  printf("%d %s\n", status, getenv("LOCKWEAVE_RUN"));
  fflush(stdout);
  system("echo \"$LD_PRELOAD\" | grep -c asan");  // 1 only where the user preloads it
  return 0;
}
