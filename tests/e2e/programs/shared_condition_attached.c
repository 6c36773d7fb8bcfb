// tests/e2e/programs/shared_condition_attached.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A condition variable in shared memory that another process has initialised: the only thread of this one
// waits for it, and that one notifies.
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Desk {
  pthread_mutex_t lock;
  pthread_cond_t served;
  bool waits, turn;
} Desk;

static Desk* map(int file) {
  return mmap(NULL, sizeof(Desk), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
}

static int wait_for_turn(Desk* desk) {  // expect-none
  pthread_mutex_lock(&desk->lock);
  desk->waits = true;
  while (!desk->turn) pthread_cond_wait(&desk->served, &desk->lock);
  pthread_mutex_unlock(&desk->lock);
  return 0;
}

static void initialise(Desk* desk) {
  pthread_mutexattr_t lock;
  pthread_mutexattr_init(&lock);
  pthread_mutexattr_setpshared(&lock, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&desk->lock, &lock);
  pthread_condattr_t condition;
  pthread_condattr_init(&condition);
  pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
  pthread_cond_init(&desk->served, &condition);
}

static void serve(Desk* desk) {
  for (bool served = false; !served;) {
    pthread_mutex_lock(&desk->lock);
    if (desk->waits) {
      desk->turn = served = true;
      pthread_cond_signal(&desk->served);
    }
    pthread_mutex_unlock(&desk->lock);
    sched_yield();
  }
}

int main(int argc, char** argv) {
  if (argc > 1) return wait_for_turn(map(atoi(argv[1])));
  char name[] = "/tmp/lockweave-desk-XXXXXX";
  const int file = mkstemp(name);
  unlink(name);
  if (file < 0 || ftruncate(file, sizeof(Desk)) != 0) return 2;
  char number[16];
  snprintf(number, sizeof number, "%d", file);
  Desk* desk = map(file);
  initialise(desk);
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", argv[0], number, (char*)NULL);
    _exit(3);
  }
  serve(desk);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
