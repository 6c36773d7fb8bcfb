// tests/peers/transparency/jump_from_handler.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// siglongjmp out of a handler that interrupted a wait: the thread is watched as before.
// expect: unlock-not-held
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

static sigjmp_buf before_wait;
static volatile sig_atomic_t jumps = 0;

static void on_alarm(int signal) {
  sigjmp_buf inside;
  (void)signal;
  if (sigsetjmp(inside, 1) == 0) siglongjmp(inside, 1);  // stays in the handler
  ++jumps;
  siglongjmp(before_wait, 1);
}

static void interrupted_wait(sem_t* semaphore) {
  struct itimerval soon = {{0, 0}, {0, 20000}};
  if (sigsetjmp(before_wait, 1) != 0) return;
  setitimer(ITIMER_REAL, &soon, NULL);
  for (;;) sem_wait(semaphore);
}

int main(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  sem_t semaphore;
  struct sigaction action = {0};
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, NULL);
  sem_init(&semaphore, 0, 0);
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < 3; ++i) interrupted_wait(&semaphore);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_unlock(&mutex);  // seen only if the thread is still watched
  printf("%d\n", (int)jumps);
  return 0;
}
