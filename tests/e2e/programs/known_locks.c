// tests/e2e/programs/known_locks.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks of every kind taken again and again at the same places, so that the runtime knows each of the
// acquisitions: what the C library says of them is what it says without the runtime.
// expect-none
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { kRounds = 200 };

#define REQUIRE(condition)                                         \
  do {                                                             \
    if (!(condition)) {                                            \
      printf("line %d: %s does not hold\n", __LINE__, #condition); \
      exit(3);                                                     \
    }                                                              \
  } while (0)

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

// What another thread finds.
struct probe {
  int recursive, checked, adaptive, read, write, spin;
};

static void* try_all(void* argument) {
  struct probe* found = argument;
  if ((found->recursive = pthread_mutex_trylock(&recursive)) == 0) pthread_mutex_unlock(&recursive);
  if ((found->checked = pthread_mutex_trylock(&checked)) == 0) pthread_mutex_unlock(&checked);
  if ((found->adaptive = pthread_mutex_trylock(&adaptive)) == 0) pthread_mutex_unlock(&adaptive);
  if ((found->read = pthread_rwlock_tryrdlock(&rwlock)) == 0) pthread_rwlock_unlock(&rwlock);
  if ((found->write = pthread_rwlock_trywrlock(&rwlock)) == 0) pthread_rwlock_unlock(&rwlock);
  if ((found->spin = pthread_spin_trylock(&spin)) == 0) pthread_spin_unlock(&spin);
  return NULL;
}

static struct probe look_from_another_thread(void) {
  struct probe found;
  pthread_t thread;
  REQUIRE(pthread_create(&thread, NULL, try_all, &found) == 0);
  REQUIRE(pthread_join(thread, NULL) == 0);
  return found;
}

static void recursion(int look) {
  REQUIRE(pthread_mutex_lock(&recursive) == 0);
  REQUIRE(pthread_mutex_lock(&recursive) == 0);
  REQUIRE(pthread_mutex_trylock(&recursive) == 0);
  REQUIRE(pthread_mutex_unlock(&recursive) == 0);
  REQUIRE(pthread_mutex_unlock(&recursive) == 0);
  if (look) REQUIRE(look_from_another_thread().recursive == EBUSY);
  REQUIRE(pthread_mutex_unlock(&recursive) == 0);
  if (look) REQUIRE(look_from_another_thread().recursive == 0);
}

// A recursive mutex that is not the innermost lock when it is taken once more.
static void recursion_around_another(void) {
  REQUIRE(pthread_mutex_lock(&recursive) == 0);
  REQUIRE(pthread_mutex_lock(&adaptive) == 0);
  REQUIRE(pthread_mutex_lock(&recursive) == 0);
  REQUIRE(pthread_mutex_unlock(&recursive) == 0);
  REQUIRE(pthread_mutex_unlock(&adaptive) == 0);
  REQUIRE(pthread_mutex_unlock(&recursive) == 0);
}

static void error_checks(int look) {
  const struct timespec past = {0, 0};
  REQUIRE(pthread_mutex_lock(&checked) == 0);
  REQUIRE(pthread_mutex_trylock(&checked) == EBUSY);
  if (look) REQUIRE(look_from_another_thread().checked == EBUSY);
  REQUIRE(pthread_mutex_unlock(&checked) == 0);
  REQUIRE(pthread_mutex_timedlock(&checked, &past) == 0);
  REQUIRE(pthread_mutex_unlock(&checked) == 0);
  if (look) REQUIRE(look_from_another_thread().checked == 0);
}

static void adaptive_and_spin(int look) {
  REQUIRE(pthread_mutex_lock(&adaptive) == 0);
  REQUIRE(pthread_spin_lock(&spin) == 0);
  if (look) REQUIRE(look_from_another_thread().adaptive == EBUSY);
  if (look) REQUIRE(look_from_another_thread().spin == EBUSY);
  REQUIRE(pthread_spin_unlock(&spin) == 0);
  REQUIRE(pthread_mutex_unlock(&adaptive) == 0);
  if (look) REQUIRE(look_from_another_thread().adaptive == 0);
  if (look) REQUIRE(look_from_another_thread().spin == 0);
}

static void reading(int look) {
  REQUIRE(pthread_rwlock_rdlock(&rwlock) == 0);
  REQUIRE(pthread_rwlock_rdlock(&rwlock) == 0);
  REQUIRE(pthread_rwlock_unlock(&rwlock) == 0);
  if (look) REQUIRE(look_from_another_thread().write == EBUSY);
  if (look) REQUIRE(look_from_another_thread().read == 0);
  REQUIRE(pthread_rwlock_unlock(&rwlock) == 0);
  if (look) REQUIRE(look_from_another_thread().write == 0);
}

static void writing(int look) {
  REQUIRE(pthread_rwlock_wrlock(&rwlock) == 0);
  if (look) REQUIRE(look_from_another_thread().read == EBUSY);
  REQUIRE(pthread_rwlock_unlock(&rwlock) == 0);
  if (look) REQUIRE(look_from_another_thread().read == 0);
}

int main(void) {
  REQUIRE(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE) == 0);
  for (int round = 0; round < kRounds; ++round) {
    const int look = round % 50 == 49;
    recursion(look);
    recursion_around_another();
    error_checks(look);
    adaptive_and_spin(look);
    reading(look);
    writing(look);
  }
  puts("ok");
  return 0;
}
