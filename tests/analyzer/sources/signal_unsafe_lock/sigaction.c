// tests/analyzer/sources/signal_unsafe_lock/sigaction.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers that a structure names, assigned or initialised.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>

static pthread_mutex_t assigned = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t initialised = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t with_details = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t seen;

static void on_assigned(int number) {
  (void)number;
  pthread_mutex_lock(&assigned);  // expect: signal-unsafe-lock
  pthread_mutex_unlock(&assigned);
}
static void on_initialised(int number) {
  (void)number;
  pthread_mutex_lock(&initialised);  // expect: signal-unsafe-lock
  pthread_mutex_unlock(&initialised);
}
static void on_details(int number, siginfo_t* details, void* context) {
  (void)number, (void)details, (void)context;
  pthread_mutex_lock(&with_details);  // expect: signal-unsafe-lock
  pthread_mutex_unlock(&with_details);
}
static void on_flag(int number) { seen = number; }
// No handler, though of the same type.
static void not_installed(int number) {
  (void)number;
  pthread_mutex_lock(&assigned);
  pthread_mutex_unlock(&assigned);
}

int main(void) {
  struct sigaction first;
  first.sa_handler = on_assigned;
  sigaction(SIGINT, &first, 0);
  struct sigaction second = {.sa_handler = on_initialised};
  sigaction(SIGTERM, &second, 0);
  struct sigaction third = {.sa_flags = SA_SIGINFO};
  third.sa_sigaction = on_details;
  sigaction(SIGHUP, &third, 0);
  struct sigaction fourth = {.sa_handler = on_flag};
  sigaction(SIGUSR1, &fourth, 0);
  not_installed(0);
  pthread_mutex_lock(&initialised);
  pthread_mutex_unlock(&initialised);
  pthread_mutex_lock(&with_details);
  pthread_mutex_unlock(&with_details);
}
