// tests/analyzer/sources/data_race/modes.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mode that is changed while threads run keeps nothing apart, nor does another one.
#include <pthread.h>
#include <string.h>

enum Mode { kPlain, kLines };
static enum Mode mode;
static enum Mode other;
static int changed;
static int unrelated;

static void change(void) {
  if (mode == kPlain) changed = 1;  // expect: data-race
}

static void change_unrelated(void) {
  if (other == kLines) unrelated = 1;
}

static void* loop(void* unused) {
  change();
  change_unrelated();
  return unused;
}

int main(int count, char** arguments) {
  if (count > 1 && !strcmp(arguments[1], "-l")) other = kPlain;
  if (mode == kLines) {
    pthread_t thread;
    pthread_create(&thread, NULL, loop, NULL);
    mode = kPlain;
    changed = 2;    // expect: data-race
    unrelated = 2;  // expect: data-race
    pthread_join(thread, NULL);
  }
  return changed + unrelated;
}
