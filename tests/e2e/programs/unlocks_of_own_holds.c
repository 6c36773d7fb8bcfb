// tests/e2e/programs/unlocks_of_own_holds.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks like unlocks of what others hold, while another thread reads: a hold that nobody saw being taken,
// by libc's own function as from a library that is bound to it; one lock read again and again; and a
// spin lock taken unseen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

#include "run_threads.h"
#include "steps.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t busy;
static int (*read_unseen)(pthread_rwlock_t*);
static int (*spin_unseen)(pthread_spinlock_t*);

static void find_functions(void) {
  void* libc = dlopen("libc.so.6", RTLD_LAZY);
  if (libc == NULL) abort();
  *(void**)&read_unseen = dlsym(libc, "pthread_rwlock_rdlock");
  *(void**)&spin_unseen = dlsym(libc, "pthread_spin_lock");
  if (read_unseen == NULL || spin_unseen == NULL) abort();
}

static void* keep(void* unused) {
  pthread_rwlock_rdlock(&table);
  next_step();
  await_step(2);
  pthread_rwlock_unlock(&table);
  return unused;
}

static void* give_back(void* unused) {
  await_step(1);
  read_unseen(&table);
  pthread_rwlock_unlock(&table);  // expect-none
  for (int i = 0; i < 3; ++i) pthread_rwlock_rdlock(&table);
  for (int i = 0; i < 3; ++i) pthread_rwlock_unlock(&table);
  spin_unseen(&busy);
  pthread_spin_unlock(&busy);
  next_step();
  return unused;
}

int main(void) {
  pthread_spin_init(&busy, PTHREAD_PROCESS_PRIVATE);
  find_functions();
  run_threads(keep, give_back, NULL);
  return 0;
}
