/* tests/analyzer/sources/lock_order_cycle/silent_by_argument.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Functions that lock or unlock as their argument says; one that locks only what is there. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum what { PAUSE_ALL, PAUSE_WORKERS, RESUME_ALL, RESUME_WORKERS };
struct connection {
  pthread_mutex_t mutex;
  int sent;
};

static pthread_mutex_t hang = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t nonce = PTHREAD_MUTEX_INITIALIZER;
static struct connection shared = {PTHREAD_MUTEX_INITIALIZER, 0};
static _Atomic int paused;
static int moved, found;

static void pause_threads(enum what what) {
  bool tell = false;
  switch (what) {
    case PAUSE_ALL: paused = true;
    case PAUSE_WORKERS:
      tell = true;
      pthread_mutex_lock(&hang);
      break;
    case RESUME_ALL:
    case RESUME_WORKERS: pthread_mutex_unlock(&hang); break;
    default: break;
  }
  if (!tell) return;
  paused = true;
}
static int unlink_item(int key, bool needs_lock) {
  if (needs_lock) pthread_mutex_lock(&table);
  const int was = found + key;
  if (needs_lock) pthread_mutex_unlock(&table);
  return was;
}
static void lock_connection(struct connection* c) {
  if (c) pthread_mutex_lock(&c->mutex);
}
static void unlock_connection(struct connection* c) {
  if (c) pthread_mutex_unlock(&c->mutex);
}

static void* grow(void* unused) {
  pause_threads(PAUSE_ALL);
  ++moved;
  pause_threads(RESUME_ALL);
  pthread_mutex_lock(&table);
  unlink_item(1, false);
  pthread_mutex_unlock(&table);
  return unused;
}
static void* work(void* unused) {
  pthread_mutex_lock(&table);
  pause_threads(PAUSE_WORKERS);
  pause_threads(RESUME_WORKERS);
  pthread_mutex_unlock(&table);
  return unused;
}
static void* answer(void* c) {
  lock_connection(c);
  unlock_connection(c);
  pthread_mutex_lock(&nonce);
  lock_connection(c);
  unlock_connection(c);
  pthread_mutex_unlock(&nonce);
  return NULL;
}
static void* ask(void* c) {
  lock_connection(c);
  ++shared.sent;
  unlock_connection(c);
  pthread_mutex_lock(&nonce);
  pthread_mutex_unlock(&nonce);
  return NULL;
}

int main(void) {
  pthread_t threads[4];
  pthread_create(&threads[0], NULL, grow, NULL);
  pthread_create(&threads[1], NULL, work, NULL);
  pthread_create(&threads[2], NULL, answer, &shared);
  pthread_create(&threads[3], NULL, ask, &shared);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
}
