// tests/peers/healthy/shared_mutex_and_condition.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two processes take turns by a mutex and a condition variable in shared memory.
#include "asleep.h"

enum { kTurns = 500 };

struct table {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  int turn;
};

static struct table* table;

static void lay_table(void) {
  table = shared_page();
  pthread_mutexattr_t mutex_attributes;
  pthread_condattr_t condition_attributes;
  pthread_mutexattr_init(&mutex_attributes);
  pthread_mutexattr_setpshared(&mutex_attributes, PTHREAD_PROCESS_SHARED);
  pthread_condattr_init(&condition_attributes);
  pthread_condattr_setpshared(&condition_attributes, PTHREAD_PROCESS_SHARED);
  MUST(pthread_mutex_init(&table->mutex, &mutex_attributes) == 0);
  MUST(pthread_cond_init(&table->changed, &condition_attributes) == 0);
}

static void play(int self) {
  for (int i = 0; i < kTurns; ++i) {
    pthread_mutex_lock(&table->mutex);
    while (table->turn % 2 != self) pthread_cond_wait(&table->changed, &table->mutex);
    ++table->turn;
    pthread_cond_signal(&table->changed);
    pthread_mutex_unlock(&table->mutex);
  }
}

int main(void) {
  lay_table();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    until_asleep(parent, 0);
    play(0);
    _exit(0);
  }
  play(1);
  printf("child %d, turn %d\n", status_of(child), table->turn);
  return 0;
}
