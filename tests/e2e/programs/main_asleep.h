/* tests/e2e/programs/main_asleep.h
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * For waits that only count when somebody really sleeps: returns when the kernel says that the main
 * thread does, several times in a row. */
#ifndef LOCKWEAVE_TESTS_MAIN_ASLEEP_H
#define LOCKWEAVE_TESTS_MAIN_ASLEEP_H

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline int main_is_asleep(void) {
  char name[64];
  char text[256];
  snprintf(name, sizeof name, "/proc/self/task/%d/stat", (int)getpid());
  FILE* file = fopen(name, "r");
  if (file == NULL) return 1;
  const char* after = fgets(text, sizeof text, file) == NULL ? NULL : strrchr(text, ')');
  fclose(file);
  return after == NULL || after[2] == 'S';
}

static inline void await_main_asleep(void) {
  for (int in_a_row = 0; in_a_row < 5; sched_yield()) {
    in_a_row = main_is_asleep() ? in_a_row + 1 : 0;
  }
}

#endif
