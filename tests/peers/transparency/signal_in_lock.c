// tests/peers/transparency/signal_in_lock.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A signal comes while its thread is blocked in a lock, whose holder waits for what the handler does:
// it must be delivered at once, in each kind of wait.
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>

static sem_t handled;
static pthread_barrier_t gate;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

static void on_signal(int number) {
  (void)number;
  sem_post(&handled);
}

static int lock_mutex(void) { return pthread_mutex_lock(&mutex) | pthread_mutex_unlock(&mutex); }
static int lock_table(void) {
  return pthread_rwlock_wrlock(&table) | pthread_rwlock_unlock(&table);
}
static int read_table(void) {
  return pthread_rwlock_rdlock(&table) | pthread_rwlock_unlock(&table);
}
static int lock_spin(void) { return pthread_spin_lock(&spin) | pthread_spin_unlock(&spin); }

static int (*const kinds[])(void) = {lock_mutex, lock_table, read_table, lock_spin};

static void* block(void* unused) {
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    pthread_barrier_wait(&gate);
    if (kinds[i]() != 0) puts("a lock failed");
    pthread_barrier_wait(&gate);
  }
  return unused;
}

static void hold_all(void) {
  pthread_mutex_lock(&mutex);
  pthread_rwlock_wrlock(&table);
  pthread_spin_lock(&spin);
}

static void give_all(void) {
  pthread_spin_unlock(&spin);
  pthread_rwlock_unlock(&table);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  pthread_t blocked;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  sem_init(&handled, 0, 0);
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_barrier_init(&gate, NULL, 2);
  pthread_create(&blocked, NULL, block, NULL);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
    hold_all();
    pthread_barrier_wait(&gate);
    for (int sent = 0; sent < 20; ++sent) {
      pthread_kill(blocked, SIGUSR1);
      while (sem_wait(&handled) != 0) continue;
    }
    give_all();
    pthread_barrier_wait(&gate);
  }
  pthread_join(blocked, NULL);
  puts("all handled");
  return 0;
}
