// tests/analyzer/sources/double_lock/flags.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same flags, asked too late or of another client.
#include <pthread.h>
#include <stdbool.h>

struct client {
  pthread_mutex_t callbacks;
  bool in_callback;
};

static void write_packets(struct client* c) {
  pthread_mutex_lock(&c->callbacks);  // expect: double-lock
  pthread_mutex_unlock(&c->callbacks);
}

static void queue_packet(struct client* c) {
  if (c->in_callback == false) write_packets(c);
}

// The answer is out of date when it is used.
static void reset_and_queue(struct client* c) {
  c->in_callback = false;
  if (c->in_callback == false) write_packets(c);
}

static void deliver(struct client* c) {
  pthread_mutex_lock(&c->callbacks);
  c->in_callback = true;
  reset_and_queue(c);
  pthread_mutex_unlock(&c->callbacks);
}

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static int depth;

static void enter_nested(void) {
  if (depth) {
    pthread_mutex_lock(&state);  // expect: double-lock
    pthread_mutex_unlock(&state);
  }
}

// Written three times: only the last value counts.
static void begin_again(void) {
  pthread_mutex_lock(&state);
  depth++;
  depth = 0;
  depth++;
  enter_nested();
  pthread_mutex_unlock(&state);
}

int main(void) {
  begin_again();
  static struct client c = {.callbacks = PTHREAD_MUTEX_INITIALIZER};
  deliver(&c);
  queue_packet(&c);
}
