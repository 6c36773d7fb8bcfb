/* tests/analyzer/sources/callback_under_lock/silent_known.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a pointer can be is known: a library's function, by name or looked up; or nothing is held. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

typedef void release(void*);
struct entry {
  const char* name;
  void (*call)(void);
};
struct context {
  pthread_mutex_t mutex;
  void (*handler)(int);
  int count;
};

static release* my_free = free;
static struct entry table[] = {{"SSL_free", NULL}};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void lock_context(struct context* c) {
  if (c) pthread_mutex_lock(&c->mutex);
}
static void unlock_context(struct context* c) {
  if (c) pthread_mutex_unlock(&c->mutex);
}

void load(void* library) { table[0].call = (void (*)(void))dlsym(library, table[0].name); }
void end(void* memory) {
  pthread_mutex_lock(&lock);
  my_free(memory);
  table[0].call();
  pthread_mutex_unlock(&lock);
}
void handle(struct context* c) {
  lock_context(c);
  if (c) ++c->count;
  unlock_context(c);
  if (c) c->handler(1);
}
