// tests/peers/transparency/interrupted.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// EINTR, with handlers during waits: results and errno are the same.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t alarms = 0;
static void on_alarm(int signal) {
  ++alarms;
  errno = EDOM;
}

// Again and again: one alone may come before the wait has begun.
static void set_alarm(void) {
  struct itimerval often = {{0, 30000}, {0, 30000}};
  alarms = 0;
  setitimer(ITIMER_REAL, &often, NULL);
}

static int was_interrupted(void) {
  struct itimerval never = {{0, 0}, {0, 0}};
  const int error = errno;
  setitimer(ITIMER_REAL, &never, NULL);
  errno = error;
  return alarms > 0;
}

int main(void) {
  sem_t semaphore;
  struct sigaction action = {0};
  struct timespec until;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, NULL);
  sem_init(&semaphore, 0, 0);
  set_alarm();
  int result = sem_wait(&semaphore);
  int interrupted = was_interrupted();
  printf("%d %d %d\n", result, errno == EINTR, interrupted);
  set_alarm();
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 20;
  result = sem_timedwait(&semaphore, &until);
  interrupted = was_interrupted();
  printf("%d %d %d\n", result, errno == EINTR, interrupted);
  pthread_mutex_lock(&mutex);
  set_alarm();
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 100000000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  errno = 0;
  result = pthread_cond_timedwait(&condition, &mutex, &until);
  interrupted = was_interrupted();
  printf("%d %d\n", result == ETIMEDOUT, interrupted);
  pthread_mutex_unlock(&mutex);
  return 0;
}
