// tests/analyzer/sources/data_race/silent_by_thread.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Not all who come to the function hold the lock, but each of the two threads that could meet there does.
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t crawling = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static int expanding;

static int look(void) { return expanding; }

static void* crawl(void* nothing) {
  pthread_mutex_lock(&crawling);
  look();
  pthread_mutex_unlock(&crawling);
  return nothing;
}

static void* expand(void* nothing) {
  pthread_mutex_lock(&crawling);
  pthread_mutex_lock(&table);
  expanding = 1;
  pthread_mutex_unlock(&table);
  pthread_mutex_unlock(&crawling);
  return nothing;
}

static void* serve(void* nothing) {
  pthread_mutex_lock(&table);
  look();
  pthread_mutex_unlock(&table);
  return nothing;
}

int main(void) {
  pthread_t crawler, expander, server;
  pthread_create(&crawler, NULL, crawl, NULL);
  pthread_create(&expander, NULL, expand, NULL);
  pthread_create(&server, NULL, serve, NULL);
  pthread_join(crawler, NULL);
  pthread_join(expander, NULL);
  pthread_join(server, NULL);
  return 0;
}
