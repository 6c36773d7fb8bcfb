// tests/peers/healthy/timers.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All known threads sleep; a timer's thread, a timer's signal and an interval timer wake them.
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "asleep.h"

static sem_t rung;
static const struct itimerspec soon = {{0, 0}, {0, 2000000}};

static void on_timer_thread(union sigval value) {
  (void)value;
  sem_post(&rung);
}

static void on_signal(int signal) {
  (void)signal;
  sem_post(&rung);
}

static void until_rung(void) {
  while (sem_wait(&rung) != 0) MUST(errno == EINTR);
}

static void by_timer(struct sigevent* event) {
  timer_t timer;
  MUST(timer_create(CLOCK_MONOTONIC, event, &timer) == 0);
  MUST(timer_settime(timer, 0, &soon, NULL) == 0);
  until_rung();
  MUST(timer_delete(timer) == 0);
}

int main(void) {
  MUST(sem_init(&rung, 0, 0) == 0);
  struct sigevent by_thread = {.sigev_notify = SIGEV_THREAD};
  by_thread.sigev_notify_function = on_timer_thread;
  by_timer(&by_thread);
  struct sigaction action = {.sa_handler = on_signal};
  MUST(sigaction(SIGALRM, &action, NULL) == 0);
  struct sigevent by_signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  by_timer(&by_signal);
  const struct itimerval interval = {{0, 0}, {0, 2000}};
  MUST(setitimer(ITIMER_REAL, &interval, NULL) == 0);
  until_rung();
  puts("three timers");
  return 0;
}
