// tests/e2e/glib/glib_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GMutex and GCond: a cycle, and a condition wait that keeps a lock which the notifier takes before. A
// try in the other order, and what a wait gives back meanwhile, are in order.
#include <glib.h>

static GMutex orders;
static GMutex stock;
static GMutex prices;
static GMutex queue;
static GCond changed;
static int items;

static void put(void) {
  g_mutex_lock(&queue);
  ++items;
  g_cond_signal(&changed);
  g_mutex_unlock(&queue);
}

static gpointer sell(gpointer unused) {
  g_mutex_lock(&orders);
  g_mutex_lock(&stock);  // expect-either: lock-order-cycle
  g_mutex_unlock(&stock);
  if (g_mutex_trylock(&prices)) g_mutex_unlock(&prices);
  g_mutex_unlock(&orders);
  put();
  return unused;
}

static gpointer deliver(gpointer unused) {
  g_mutex_lock(&queue);
  while (items == 0) g_cond_wait(&changed, &queue);
  g_mutex_unlock(&queue);
  g_mutex_lock(&prices);
  g_mutex_lock(&orders);
  g_mutex_unlock(&orders);
  g_mutex_unlock(&prices);
  g_mutex_lock(&stock);
  g_mutex_lock(&orders);  // expect-either: lock-order-cycle
  g_mutex_unlock(&orders);
  g_mutex_unlock(&stock);
  return unused;
}

static gint restocked;

static gpointer restock(gpointer unused) {
  g_mutex_lock(&prices);
  g_mutex_unlock(&prices);
  put();
  g_atomic_int_set(&restocked, 1);
  return unused;
}

static gpointer put_late(gpointer unused) {
  put();
  return unused;
}

static void wait_for_restock(void) {
  GThread* worker = g_thread_new("restock", restock, NULL);
  while (!g_atomic_int_get(&restocked)) g_thread_yield();
  g_mutex_lock(&prices);
  g_mutex_lock(&queue);
  items = 0;
  GThread* late = g_thread_new("late", put_late, NULL);
  while (items == 0) g_cond_wait(&changed, &queue);  // expect: wait-while-holding
  g_mutex_unlock(&queue);
  g_mutex_unlock(&prices);
  g_thread_join(late);
  g_thread_join(worker);
}

int main(void) {
  GThread* seller = g_thread_new("sell", sell, NULL);
  GThread* driver = g_thread_new("deliver", deliver, NULL);
  g_thread_join(seller);
  g_thread_join(driver);
  wait_for_restock();
  return 0;
}
