// tests/peers/healthy/pi_futexes.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hand-made locks on priority-inheritance futexes: many turns; and a ring of two, which the kernel
// refuses, so that nobody hangs.
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "asleep.h"

enum { kTurns = 2000 };

typedef struct {
  atomic_uint word;  // the owner's kernel id, or 0
} pi_lock;

static int take(pi_lock* lock) {
  unsigned none = 0;
  if (atomic_compare_exchange_strong(&lock->word, &none, (unsigned)gettid())) return 0;
  return syscall(SYS_futex, &lock->word, FUTEX_LOCK_PI_PRIVATE, 0, NULL) == 0 ? 0 : errno;
}

static void give(pi_lock* lock) {
  unsigned mine = (unsigned)gettid();
  if (atomic_compare_exchange_strong(&lock->word, &mine, 0)) return;
  MUST(syscall(SYS_futex, &lock->word, FUTEX_UNLOCK_PI_PRIVATE) == 0);
}

static pi_lock counted;
static int count;
static pi_lock left;
static pi_lock right;
static pthread_barrier_t gate;
static atomic_int refused;

static void* count_up(void* unused) {
  for (int i = 0; i < kTurns; ++i) {
    MUST(take(&counted) == 0);
    ++count;
    give(&counted);
  }
  return unused;
}

// Who is refused gives back what it has, so that the other one gets it.
static void cross(pi_lock* first, pi_lock* second) {
  MUST(take(first) == 0);
  pthread_barrier_wait(&gate);
  const int result = take(second);
  MUST(result == 0 || result == EDEADLK);
  if (result == 0) give(second);
  if (result == EDEADLK) ++refused;
  give(first);
}

static void* left_then_right(void* unused) {
  cross(&left, &right);
  return unused;
}

int main(void) {
  const pthread_t one = started(count_up, NULL);
  const pthread_t two = started(count_up, NULL);
  joined(one);
  joined(two);
  pthread_barrier_init(&gate, NULL, 2);
  const pthread_t other = started(left_then_right, NULL);
  cross(&right, &left);
  joined(other);
  MUST(take(&left) == 0 && take(&left) == EDEADLK);
  give(&left);
  printf("%d turns, a ring was refused: %d\n", count, refused > 0);
  return 0;
}
