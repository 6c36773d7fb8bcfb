/* tests/analyzer/sources/lock_order_cycle/silent_returned_lock.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A function returns which lock of a table it took, the caller gives that one back. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t items[16];
static pthread_mutex_t maintenance = PTHREAD_MUTEX_INITIALIZER;
static int moved;

static void* item_trylock(unsigned hash) {
  pthread_mutex_t* lock = &items[hash & 15];
  if (pthread_mutex_trylock(lock) == 0) return lock;
  return NULL;
}
static void item_unlock(void* lock) { pthread_mutex_unlock((pthread_mutex_t*)lock); }

static void* expand(void* unused) {
  for (unsigned i = 0; i < 100; ++i) {
    void* lock = item_trylock(i);
    if (lock) {
      ++moved;
      item_unlock(lock);
      lock = NULL;
    }
    pthread_mutex_lock(&maintenance);
    pthread_mutex_unlock(&maintenance);
  }
  return unused;
}
static void* crawl(void* unused) {
  pthread_mutex_lock(&maintenance);
  pthread_mutex_lock(&items[3]);
  pthread_mutex_unlock(&items[3]);
  pthread_mutex_unlock(&maintenance);
  return unused;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, NULL, expand, NULL);
  pthread_create(&two, NULL, crawl, NULL);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
}
