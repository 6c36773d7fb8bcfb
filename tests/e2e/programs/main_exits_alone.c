// tests/e2e/programs/main_exits_alone.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// main leaves by pthread_exit, so the process lives as long as its last thread; that one waits for news
// which nobody is left to tell.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static pthread_mutex_t room = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static bool told;

static void* listen_for_news(void* unused) {
  pthread_mutex_lock(&room);
  while (!told) pthread_cond_wait(&news, &room);  // expect: deadlock
  pthread_mutex_unlock(&room);
  return unused;
}

int main(void) {
  pthread_t listener;
  pthread_create(&listener, NULL, listen_for_news, NULL);
  pthread_exit(NULL);
}
