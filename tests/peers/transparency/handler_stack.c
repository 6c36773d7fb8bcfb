// tests/peers/transparency/handler_stack.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers on a stack of their own, locks of the interrupted thread before and after.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile sig_atomic_t seen = 0;
static char* stack_low;

static void on_signal(int signal) {
  char here;
  (void)signal;
  seen += &here >= stack_low && &here < stack_low + SIGSTKSZ;
}

static void* run(void* unused) {
  stack_t other = {0};
  struct sigaction action = {0};
  pthread_mutex_t on_stack = PTHREAD_MUTEX_INITIALIZER;
  other.ss_sp = stack_low = malloc(SIGSTKSZ);
  other.ss_size = SIGSTKSZ;
  sigaltstack(&other, NULL);
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, NULL);
  for (int i = 0; i < 100; ++i) {
    pthread_mutex_lock(&on_stack);
    pthread_kill(pthread_self(), SIGUSR1);
    pthread_mutex_unlock(&on_stack);
  }
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, run, NULL);
  pthread_join(thread, NULL);
  run(NULL);
  printf("%d\n", (int)seen);
  return 0;
}
