// tests/e2e/programs/main_exits_first.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// main leaves by pthread_exit, and the threads it leaves behind finish their work without it: they wait
// for each other and for a lock, and all of it ends. The process ends with the last of them.
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "steps.h"

static pthread_mutex_t room = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static bool told;
static pthread_key_t note;

static void* listen_for_news(void* unused) {
  pthread_mutex_lock(&room);
  next_step();
  while (!told) pthread_cond_wait(&news, &room);
  pthread_mutex_unlock(&room);
  return unused;
}

static void* tell_news(void* unused) {
  await_step(2);  // main is on its way out
  pthread_mutex_lock(&room);
  told = true;
  pthread_cond_signal(&news);
  pthread_mutex_unlock(&room);
  return unused;
}

static void leave_note(void* key_value) {  // expect-none: main's own last word, under the lock
  pthread_mutex_lock(&room);
  pthread_setspecific(note, NULL);
  pthread_mutex_unlock(&room);
  next_step();
  (void)key_value;
}

int main(void) {
  pthread_t thread;
  pthread_key_create(&note, leave_note);
  pthread_setspecific(note, &note);
  pthread_create(&thread, NULL, listen_for_news, NULL);
  pthread_detach(thread);
  pthread_create(&thread, NULL, tell_news, NULL);
  pthread_detach(thread);
  pthread_exit(NULL);
}
