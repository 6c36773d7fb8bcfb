// tests/analyzer/sources/data_race/silent_modes.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mode is set before the first thread begins. In the one main does the work, in the other a thread.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum Mode { kPlain, kLines, kFile };
struct Config {
  enum Mode mode;
  int repeat;
};
static struct Config config;
static int sent;
static int ready;

static void publish(void) { sent = 1; }

// Called by the loop, in whatever thread that is.
static void on_connect(void) {
  switch (config.mode) {
    case kPlain:
    case kFile: publish(); break;
    case kLines: break;
  }
  if (config.mode != kLines) ready = 1;
}

static void* loop(void* unused) {
  on_connect();
  return unused;
}

static void send_lines(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, loop, NULL);
  publish();
  ready = 0;
  pthread_join(thread, NULL);
}

static void run(void) {
  if (config.mode == kLines) {
    send_lines();
  } else {
    loop(NULL);
    publish();
  }
}

static void parse(struct Config* to, char** arguments) {
  if (!strcmp(arguments[1], "-l")) to->mode = kLines;
  if (!strcmp(arguments[1], "-f")) to->mode = kFile;
}

int main(int count, char** arguments) {
  if (count > 1) parse(&config, arguments);
  run();
  return sent + ready;
}
