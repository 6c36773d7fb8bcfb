// tests/analyzer/sources/data_race/timer.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>

static int ticks, calls;

static void on_tick(union sigval value) {
  (void)value;
  ticks++;  // expect-either: data-race
}
static void called(union sigval value) {
  (void)value;
  calls++;
}

int main(void) {
  struct sigevent event = {0};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = on_tick;
  timer_t timer;
  timer_create(CLOCK_REALTIME, &event, &timer);
  ticks++;  // expect-either: data-race
  called(event.sigev_value);
  calls++;
}
