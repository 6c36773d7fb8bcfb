// tests/analyzer/sources/double_lock/c_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of C's locks the initialisation says whether the holder may take them again.
#define _GNU_SOURCE
#include <pthread.h>
#include <threads.h>

struct Queue {
  pthread_mutex_t mutex;
  int count;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t started;  // its kind is nowhere to be seen: the usual one
static pthread_spinlock_t spin;
static mtx_t plain;

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t attributed;
static pthread_mutex_t of_caller;
static mtx_t again;

static void note(void) {
  pthread_mutex_lock(&mutex);  // expect: double-lock
  pthread_mutex_unlock(&mutex);
}
static int size_of(struct Queue* queue) {
  pthread_mutex_lock(&queue->mutex);  // expect: double-lock
  int count = queue->count;
  pthread_mutex_unlock(&queue->mutex);
  return count;
}
static void push(struct Queue* queue) {
  pthread_mutex_lock(&queue->mutex);
  if (size_of(queue) < 3) queue->count++;
  pthread_mutex_unlock(&queue->mutex);
}
static void of_unseen_kind(void) {
  pthread_mutex_lock(&started);
  pthread_mutex_lock(&started);  // expect: double-lock
  pthread_mutex_unlock(&started);
}
static void spins(void) {
  pthread_spin_lock(&spin);
  pthread_spin_lock(&spin);  // expect: double-lock
  pthread_spin_unlock(&spin);
}
static void of_c11(void) {
  mtx_lock(&plain);
  mtx_lock(&plain);  // expect: double-lock
  mtx_unlock(&plain);
}

static void lock_twice(pthread_mutex_t* lock) {
  pthread_mutex_lock(lock);
  pthread_mutex_lock(lock);
  pthread_mutex_unlock(lock);
  pthread_mutex_unlock(lock);
}
static void silent(pthread_mutexattr_t* given) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&attributed, &attributes);
  pthread_mutex_init(&of_caller, given);
  lock_twice(&recursive);
  lock_twice(&attributed);
  pthread_mutex_lock(&of_caller);
  pthread_mutex_lock(&of_caller);
  pthread_mutex_unlock(&of_caller);
  pthread_mutex_unlock(&of_caller);
  if (pthread_mutex_lock(&checking) == 0) {
    if (pthread_mutex_lock(&checking) == 0) pthread_mutex_unlock(&checking);
    pthread_mutex_unlock(&checking);
  }
  mtx_lock(&again);
  mtx_lock(&again);
  mtx_unlock(&again);
  mtx_unlock(&again);
}

int main(void) {
  struct Queue queue = {PTHREAD_MUTEX_INITIALIZER, 0};
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&plain, mtx_plain);
  mtx_init(&again, mtx_plain | mtx_recursive);
  pthread_mutex_lock(&mutex);
  note();
  pthread_mutex_unlock(&mutex);
  push(&queue);
  of_unseen_kind();
  spins();
  of_c11();
  silent(0);
}
