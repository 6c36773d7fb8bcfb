// tests/peers/transparency/kinds.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every kind of mutex, timed waits, and what they return; errno is kept. An error-checking mutex is
// locked twice, which it refuses at once. Threads are joined under a mutex that they want for a moment
// only and do not get.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec in_ms(clockid_t clock, long ms) {
  struct timespec until;
  clock_gettime(clock, &until);
  until.tv_nsec += ms * 1000000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  return until;
}

static void* contend(void* mutex) {
  const struct timespec soon = in_ms(CLOCK_REALTIME, 20);
  const struct timespec monotonic = in_ms(CLOCK_MONOTONIC, 20);
  errno = 0;
  printf("  other thread: try %d timed %d clock %d errno %d\n", pthread_mutex_trylock(mutex),
         pthread_mutex_timedlock(mutex, &soon),
         pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &monotonic), errno);
  return NULL;
}

static void in_thread(void* (*routine)(void*), void* argument) {
  pthread_t thread;
  pthread_create(&thread, NULL, routine, argument);
  pthread_join(thread, NULL);
}

static void show(const char* name, int type, int robust, int shared, int protocol) {
  pthread_mutexattr_t attributes;
  pthread_mutex_t* mutex =
      mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutexattr_setrobust(&attributes, robust);
  pthread_mutexattr_setpshared(&attributes, shared);
  pthread_mutexattr_setprotocol(&attributes, protocol);
  printf("%s: init %d\n", name, pthread_mutex_init(mutex, &attributes));
  printf("  lock %d\n", pthread_mutex_lock(mutex));
  if (type == PTHREAD_MUTEX_RECURSIVE) {
    printf("  again %d %d\n", pthread_mutex_lock(mutex), pthread_mutex_trylock(mutex));
    printf("  once less %d %d\n", pthread_mutex_unlock(mutex), pthread_mutex_unlock(mutex));
  }
  if (type == PTHREAD_MUTEX_ERRORCHECK) printf("  again %d\n", pthread_mutex_lock(mutex));
  in_thread(contend, mutex);
  printf("  unlock %d\n", pthread_mutex_unlock(mutex));
  if (robust == PTHREAD_MUTEX_ROBUST) {
    pid_t pid = fork();
    if (pid == 0) {
      pthread_mutex_lock(mutex);
      _exit(0);
    }
    waitpid(pid, NULL, 0);
    printf("  after its owner died %d\n", pthread_mutex_lock(mutex));
    printf("  consistent %d\n", pthread_mutex_consistent(mutex));
    printf("  unlock %d\n", pthread_mutex_unlock(mutex));
  }
  printf("  destroy %d\n", pthread_mutex_destroy(mutex));
  munmap(mutex, 4096);
}

int main(void) {
  show("normal", PTHREAD_MUTEX_NORMAL, 0, 0, 0);
  show("recursive", PTHREAD_MUTEX_RECURSIVE, 0, 0, 0);
  show("error-checking", PTHREAD_MUTEX_ERRORCHECK, 0, 0, 0);
  show("adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, 0, 0, 0);
  show("robust", PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_SHARED, 0);
  show("shared", PTHREAD_MUTEX_NORMAL, 0, PTHREAD_PROCESS_SHARED, 0);
  show("inheriting", PTHREAD_MUTEX_NORMAL, 0, 0, PTHREAD_PRIO_INHERIT);
  show("inheriting recursive", PTHREAD_MUTEX_RECURSIVE, 0, 0, PTHREAD_PRIO_INHERIT);

  sem_t semaphore;
  struct timespec soon = in_ms(CLOCK_REALTIME, 20);
  sem_init(&semaphore, 0, 1);
  errno = EDOM;
  printf("%d", sem_wait(&semaphore));
  printf(" %d\n", errno == EDOM);
  errno = 0;
  printf("%d", sem_trywait(&semaphore));
  printf(" %d\n", errno == EAGAIN);
  printf("%d", sem_timedwait(&semaphore, &soon));
  printf(" %d\n", errno == ETIMEDOUT);
  sem_destroy(&semaphore);
  return 0;
}
