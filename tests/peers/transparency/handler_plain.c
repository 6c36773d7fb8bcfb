// tests/peers/transparency/handler_plain.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Handlers that take no lock, a jump out of one, locks afterwards: nothing to tell. Queries of the
// program give what it set.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sigjmp_buf back;
static volatile sig_atomic_t seen = 0;

static void count(int signal) { seen += signal; }
static void jump(int signal) { siglongjmp(back, signal); }
static void tell(int signal, siginfo_t* info, void* context) {
  seen = signal + (info->si_value.sival_int == 42 ? 1000 : 0) + (context != NULL ? 10000 : 0);
  errno = EDOM;
}

static void show(int signal) {
  struct sigaction now;
  memset(&now, 0, sizeof now);
  sigaction(signal, NULL, &now);
  printf("%d: %s%s%s%s%s flags %x mask", signal, now.sa_handler == SIG_DFL ? "default" : "",
         now.sa_handler == SIG_IGN ? "ignored" : "", now.sa_handler == count ? "count" : "",
         now.sa_handler == jump ? "jump" : "", now.sa_sigaction == tell ? "tell" : "",
         (unsigned)now.sa_flags);
  for (int i = 1; i < 65; ++i) {
    if (sigismember(&now.sa_mask, i) == 1) printf(" %d", i);
  }
  printf("\n");
}

static void lock_once(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  struct sigaction action = {0};
  struct sigaction old;
  for (int i = 1; i < 32; ++i) show(i);
  action.sa_sigaction = tell;
  action.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER | SA_RESTART;
  sigaddset(&action.sa_mask, SIGUSR2);
  printf("%d\n", sigaction(SIGUSR1, &action, &old));
  printf("%d\n", old.sa_handler == SIG_DFL);
  show(SIGUSR1);
  errno = 0;
  sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42});
  printf("%d %d\n", (int)seen, errno == EDOM);
  show(SIGUSR1);
  printf("%d\n", signal(SIGTERM, count) == SIG_DFL);
  show(SIGTERM);
  seen = 0;
  raise(SIGTERM);
  printf("%d\n", (int)seen);
  printf("%d %d\n", signal(SIGTERM, SIG_IGN) == count, raise(SIGTERM));
  printf("%d\n", signal(SIGTERM, SIG_DFL) == SIG_IGN);
  printf("%d\n", signal(SIGTERM, SIG_DFL) == SIG_DFL);
  show(SIGTERM);
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  action.sa_flags = SA_RESTART;
  sigaddset(&action.sa_mask, SIGINT);
  sigaction(SIGQUIT, &action, &action);
  printf("%d\n", action.sa_handler == SIG_DFL);
  show(SIGQUIT);
  printf("%d\n", sysv_signal(SIGUSR2, count) == SIG_DFL);
  show(SIGUSR2);
  raise(SIGUSR2);
  show(SIGUSR2);
  errno = 0;
  printf("%d %d\n", signal(SIGKILL, count) == SIG_ERR, errno == EINVAL);
  printf("%d\n", sigaction(99, NULL, &old));
  signal(SIGUSR1, jump);
  for (int i = 0; i < 3; ++i) {
    if (sigsetjmp(back, 1) == 0) raise(SIGUSR1);
    lock_once();
  }
  lock_once();
  return 0;
}
