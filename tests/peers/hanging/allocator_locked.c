// tests/peers/hanging/allocator_locked.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program's own malloc takes a lock, and that lock is part of the deadlock: to tell of it nothing
// may be allocated.
// hangs: deadlock
#include <pthread.h>
#include <stddef.h>
#include <string.h>

static pthread_mutex_t heap = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t gate;

void* malloc(size_t size) {
  static _Alignas(16) char memory[1 << 20];
  static size_t used;
  pthread_mutex_lock(&heap);
  void* const result = memory + used;
  used += (size + 15) & ~(size_t)15;
  pthread_mutex_unlock(&heap);
  return used <= sizeof memory ? result : NULL;
}
void free(void* memory) { (void)memory; }
void* calloc(size_t count, size_t size) { return malloc(count * size); }
void* realloc(void* old, size_t size) {
  void* const result = malloc(size);
  if (old != NULL && result != NULL) memcpy(result, old, size);
  return result;
}

static void* walk_heap(void* unused) {
  pthread_mutex_lock(&heap);
  pthread_barrier_wait(&gate);
  pthread_mutex_lock(&table);
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_barrier_init(&gate, NULL, 2);
  pthread_create(&thread, NULL, walk_heap, NULL);
  pthread_mutex_lock(&table);
  pthread_barrier_wait(&gate);
  void* volatile memory = malloc(8);
  free(memory);
  pthread_join(thread, NULL);
  return 0;
}
