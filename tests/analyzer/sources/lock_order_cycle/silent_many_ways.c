/* tests/analyzer/sources/lock_order_cycle/silent_many_ways.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A pointer is null, or it is the lock that is held; too many branches to keep every way apart. */
#include <pthread.h>
#include <stddef.h>

struct item {
  struct item* next;
  int hash, count, flags, size, age;
};

static pthread_mutex_t items[16];
static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;
static struct item* head;

static void* item_trylock(int hash) {
  pthread_mutex_t* lock = &items[hash & 15];
  if (pthread_mutex_trylock(lock) == 0) return lock;
  return NULL;
}
static void item_unlock(void* lock) { pthread_mutex_unlock((pthread_mutex_t*)lock); }

static int pull(int which, int limit, int flags) {
  int removed = 0;
  void* hold = NULL;
  struct item* tail = NULL;
  pthread_mutex_lock(&list);
  for (struct item* one = head; one; one = one->next) {
    if (which == 1 && one->flags == 1) continue;
    if (which == 2 && one->flags == 2) ++removed;
    if ((hold = item_trylock(one->hash)) == NULL) continue;
    if (one->count > 2) {
      ++removed;
      if (hold) item_unlock(hold);
      continue;
    }
    if (one->age < limit) {
      if (limit == 3) ++removed;
      if (one->size > limit) one->size = limit;
      item_unlock(hold);
      continue;
    }
    switch (which) {
      case 1:
        if (flags & 1) tail = one;
        break;
      case 2:
        if (flags & 2) tail = one;
        break;
      case 3:
        if (flags & 4) ++removed;
        break;
    }
    if (tail != NULL) break;
    item_unlock(hold);
    hold = NULL;
  }
  pthread_mutex_unlock(&list);
  if (tail != NULL && hold) item_unlock(hold);
  return removed;
}
static void* crawl(void* unused) {
  pull(1, 2, 3);
  pthread_mutex_lock(&list);
  pthread_mutex_unlock(&list);
  return unused;
}
static void* set(void* unused) {
  pthread_mutex_lock(&items[3]);
  pthread_mutex_lock(&list);
  pthread_mutex_unlock(&list);
  pthread_mutex_unlock(&items[3]);
  return unused;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, NULL, crawl, NULL);
  pthread_create(&two, NULL, set, NULL);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
}
