// tests/peers/healthy/asleep.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gates for programs in which somebody really sleeps: no waiting by the clock.
#ifndef LOCKWEAVE_TESTS_PEERS_HEALTHY_ASLEEP_H
#define LOCKWEAVE_TESTS_PEERS_HEALTHY_ASLEEP_H

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// Ends the program with a line number: a call that must succeed did not.
#define MUST(condition) must((condition) ? 1 : 0, __LINE__)
static inline void must(int holds, int line) {
  if (holds) return;
  fprintf(stderr, "line %d: a call failed\n", line);
  _exit(90);
}

// Is every thread of process `pid` asleep, but for `except`?
static inline int all_asleep(pid_t pid, pid_t except) {
  char name[64];
  int asleep = 0;
  for (pid_t task = pid; task < pid + 32; ++task) {
    if (task == except) continue;
    snprintf(name, sizeof name, "/proc/%d/task/%d/stat", (int)pid, (int)task);
    FILE* file = fopen(name, "r");
    if (file == NULL) continue;
    char text[256];
    const char* after = fgets(text, sizeof text, file) == NULL ? NULL : strrchr(text, ')');
    fclose(file);
    if (after == NULL || after[2] != 'S') return 0;
    asleep = 1;
  }
  return asleep;
}

// Returns when all threads of `pid`, but for `except`, sleep, or after many looks: it makes what it
// is about likely, and a test must hold either way.
static inline void until_asleep(pid_t pid, pid_t except) {
  int in_a_row = 0;
  for (int look = 0; look < 2000 && in_a_row < 3; ++look) {
    in_a_row = all_asleep(pid, except) ? in_a_row + 1 : 0;
    sched_yield();
  }
}

// A page that parent and child share.
static inline void* shared_page(void) {
  void* page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  MUST(page != MAP_FAILED);
  return page;
}

// The child's exit status; -1 if it did not exit by itself.
static inline int status_of(pid_t child) {
  int status = 0;
  MUST(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline pthread_t started(void* (*routine)(void*), void* argument) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, routine, argument) == 0);
  return thread;
}

static inline void joined(pthread_t thread) { MUST(pthread_join(thread, NULL) == 0); }

#endif
