// tests/peers/transparency/told_on_signal.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIGTERM while a thread waits: who waits for whom is printed, the status is that of the signal.
// args: default
// args: handler
// stderr: SIGTERM arrived while threads wait
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int waits = 0;

static void* wait_for_ever(void* unused) {
  pthread_mutex_lock(&mutex);
  waits = 1;
  for (;;) pthread_cond_wait(&condition, &mutex);
  return unused;
}

static void on_term(int signal) { _exit(signal); }

int main(int count, char** arguments) {
  pthread_t thread;
  if (count > 1 && strcmp(arguments[1], "handler") == 0) signal(SIGTERM, on_term);
  pthread_create(&thread, NULL, wait_for_ever, NULL);
  for (int seen = 0; seen == 0;) {
    pthread_mutex_lock(&mutex);
    seen = waits;  // the mutex is free only while the thread waits
    pthread_mutex_unlock(&mutex);
  }
  raise(SIGTERM);
  return 0;
}
