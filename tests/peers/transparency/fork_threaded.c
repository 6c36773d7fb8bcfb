// tests/peers/transparency/fork_threaded.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fork while other threads hold locks; the child makes threads of its own.
// watched: 2
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t held_elsewhere = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t gate;

static void prepare(void) { pthread_mutex_lock(&mutex); }
static void release(void) { pthread_mutex_unlock(&mutex); }

static void* holder(void* unused) {
  pthread_mutex_lock(&held_elsewhere);
  pthread_barrier_wait(&gate);
  pthread_barrier_wait(&gate);
  pthread_mutex_unlock(&held_elsewhere);
  return unused;
}

static void* locker(void* counter) {
  for (int i = 0; i < 1000; ++i) {
    pthread_mutex_lock(&mutex);
    ++*(int*)counter;
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static int count_with_threads(void) {
  pthread_t threads[4];
  int counter = 0;
  for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, locker, &counter);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  return counter;
}

int main(void) {
  pthread_t thread;
  pthread_barrier_init(&gate, NULL, 2);
  pthread_atfork(prepare, release, release);
  pthread_create(&thread, NULL, holder, NULL);
  pthread_barrier_wait(&gate);
  pid_t pid = fork();
  if (pid == 0) exit(count_with_threads() == 4000 ? 7 : 1);
  int status = 0;
  waitpid(pid, &status, 0);
  pthread_barrier_wait(&gate);
  pthread_join(thread, NULL);
  printf("%d %d\n", status, count_with_threads());
  return 0;
}
