// tests/analyzer/sources/lock_order_cycle/c_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C11's, GLib's and the other locks of pthread.
#define _GNU_SOURCE
#include <glib.h>
#include <pthread.h>
#include <threads.h>

static mtx_t first, second;
static GMutex third, fourth;
static GRecMutex fifth;
static pthread_rwlock_t sixth = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t seventh;

static int c11_forth(void* unused) {
  (void)unused;
  mtx_lock(&first);
  mtx_lock(&second);  // expect: lock-order-cycle
  mtx_unlock(&second);
  mtx_unlock(&first);
  return 0;
}
static int c11_back(void* unused) {
  (void)unused;
  mtx_lock(&second);
  mtx_lock(&first);
  mtx_unlock(&first);
  mtx_unlock(&second);
  return 0;
}
static int glib_forth(void* unused) {
  (void)unused;
  g_mutex_lock(&third);
  g_rec_mutex_lock(&fifth);  // expect: lock-order-cycle
  g_rec_mutex_unlock(&fifth);
  g_mutex_unlock(&third);
  return 0;
}
static int glib_back(void* unused) {
  (void)unused;
  g_rec_mutex_lock(&fifth);
  g_mutex_lock(&third);
  g_mutex_unlock(&third);
  g_rec_mutex_unlock(&fifth);
  return 0;
}
static int others_forth(void* unused) {
  (void)unused;
  pthread_rwlock_wrlock(&sixth);
  pthread_spin_lock(&seventh);  // expect: lock-order-cycle
  pthread_spin_unlock(&seventh);
  pthread_rwlock_unlock(&sixth);
  return 0;
}
static int others_back(void* unused) {
  (void)unused;
  pthread_spin_lock(&seventh);
  pthread_rwlock_wrlock(&sixth);
  pthread_rwlock_unlock(&sixth);
  pthread_spin_unlock(&seventh);
  return 0;
}
// Tried: gives way.
static int tried_forth(void* unused) {
  (void)unused;
  g_mutex_lock(&third);
  g_mutex_lock(&fourth);
  g_mutex_unlock(&fourth);
  g_mutex_unlock(&third);
  return 0;
}
static int tried_back(void* unused) {
  (void)unused;
  g_mutex_lock(&fourth);
  if (g_mutex_trylock(&third)) g_mutex_unlock(&third);
  g_mutex_unlock(&fourth);
  return 0;
}

int main(void) {
  mtx_init(&first, mtx_plain);
  mtx_init(&second, mtx_plain);
  pthread_spin_init(&seventh, PTHREAD_PROCESS_PRIVATE);
  thrd_t threads[8];
  thrd_create(&threads[0], c11_forth, 0);
  thrd_create(&threads[1], c11_back, 0);
  thrd_create(&threads[2], glib_forth, 0);
  thrd_create(&threads[3], glib_back, 0);
  thrd_create(&threads[4], others_forth, 0);
  thrd_create(&threads[5], others_back, 0);
  thrd_create(&threads[6], tried_forth, 0);
  thrd_create(&threads[7], tried_back, 0);
  for (int i = 0; i < 8; i++) thrd_join(threads[i], 0);
}
