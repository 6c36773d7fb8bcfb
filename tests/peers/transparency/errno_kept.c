// tests/peers/transparency/errno_kept.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that do not set errno leave it alone, and those that set it set the same.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#define KEPT(call)                                  \
  do {                                              \
    errno = EDOM;                                   \
    long result = (long)(call);                     \
    printf(#call " %ld errno %d\n", result, errno); \
  } while (0)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void initialise(void) { errno = ERANGE; }
static void* run(void* unused) { return unused; }

int main(void) {
  pthread_t thread;
  pthread_spinlock_t spin;
  mtx_t c11;
  sem_t semaphore;
  struct sigaction now;
  char* arguments[] = {"x", NULL};
  KEPT(pthread_mutex_lock(&mutex));
  KEPT(pthread_mutex_trylock(&mutex));
  KEPT(pthread_mutex_unlock(&mutex));
  KEPT(pthread_rwlock_rdlock(&rwlock));
  KEPT(pthread_rwlock_trywrlock(&rwlock));
  KEPT(pthread_rwlock_unlock(&rwlock));
  KEPT(pthread_create(&thread, NULL, run, NULL));
  KEPT(pthread_join(thread, NULL));
  KEPT(pthread_once(&once, initialise));
  KEPT(pthread_once(&once, initialise));
  KEPT(pthread_spin_init(&spin, 0));
  KEPT(pthread_spin_lock(&spin));
  KEPT(pthread_spin_trylock(&spin));
  KEPT(pthread_spin_unlock(&spin));
  KEPT(mtx_init(&c11, mtx_plain) == thrd_success);
  KEPT(mtx_lock(&c11) == thrd_success);
  KEPT(mtx_trylock(&c11) == thrd_busy);
  KEPT(mtx_unlock(&c11) == thrd_success);
  KEPT(sem_init(&semaphore, 0, 1));
  KEPT(sem_trywait(&semaphore));
  KEPT(sem_trywait(&semaphore));
  KEPT(sem_post(&semaphore));
  KEPT(sem_init(&semaphore, 0, ~0u));
  errno = EDOM;
  free(malloc(100));
  free(malloc(1 << 20));
  printf("free errno %d\n", errno);
  KEPT(munmap((void*)1, 4096));
  KEPT(munmap(&now, 0));
  KEPT(realloc(NULL, (size_t)-1) == NULL);
  KEPT(mremap((void*)4096, 4096, 8192, 0) == MAP_FAILED);
  KEPT(syscall(SYS_close, -1));
  KEPT(syscall(SYS_futex, 1, 0, 0, 0, 0, 0));
  KEPT(syscall(SYS_getpid) == getpid());
  KEPT(syscall(SYS_mmap, 0L, 4096L, (long)PROT_READ, (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L) >
       0);
  KEPT(sigaction(SIGUSR1, NULL, &now));
  KEPT(sigaction(SIGKILL, &now, NULL));
  KEPT(sigaction(0, NULL, &now));
  KEPT(signal(SIGUSR1, SIG_DFL) == SIG_DFL);
  KEPT(signal(65, SIG_IGN) == SIG_ERR);
  KEPT(execv("/no/such/file", arguments));
  KEPT(system("exit 2"));
  KEPT(pclose(popen("exit 2", "r")));
  return 0;
}
