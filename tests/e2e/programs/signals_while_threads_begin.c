// tests/e2e/programs/signals_while_threads_begin.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none: a profiler's signals arrive while threads begin and end.
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

enum { kThreads = 4000 };

static volatile sig_atomic_t ticks;

static void on_tick(int number) {
  (void)number;
  ++ticks;
}

static void* nothing(void* unused) { return unused; }

int main(void) {
  struct sigaction profile = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
  struct itimerval often = {{0, 10}, {0, 10}};
  sigaction(SIGPROF, &profile, NULL);
  setitimer(ITIMER_PROF, &often, NULL);
  for (int i = 0; i < kThreads; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) != 0) return 1;
    pthread_join(thread, NULL);
  }
  return ticks > 0 ? 0 : 2;
}
