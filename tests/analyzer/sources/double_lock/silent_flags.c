// tests/analyzer/sources/double_lock/silent_flags.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Flags of the program's own that keep a lock from being taken twice. They are written in between,
// but not before they are asked.
#include <pthread.h>
#include <stdbool.h>

struct client {
  pthread_mutex_t callbacks;
  pthread_mutex_t packets;
  bool in_callback;
  void (*on_message)(struct client*);
};

static void write_packets(struct client* c) {
  pthread_mutex_lock(&c->packets);
  pthread_mutex_unlock(&c->packets);
  pthread_mutex_lock(&c->callbacks);
  c->in_callback = true;
  c->in_callback = false;
  pthread_mutex_unlock(&c->callbacks);
}

static void queue_packet(struct client* c) {
  if (c->in_callback == false) write_packets(c);
}

static void publish(struct client* c) { queue_packet(c); }
static void answer(struct client* c) { publish(c); }

// The first one may write the flag, but only where the second may queue, too.
static void answer_twice(struct client* c) {
  publish(c);
  publish(c);
}

static void deliver(struct client* c) {
  pthread_mutex_lock(&c->callbacks);
  if (c->on_message) {
    c->in_callback = true;
    c->on_message(c);
    c->in_callback = false;
  }
  pthread_mutex_unlock(&c->callbacks);
}

static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static bool nested;

static void enter(void) {
  if (nested) return;
  pthread_mutex_lock(&state);
  nested = true;
}

static void leave(void) {
  nested = false;
  pthread_mutex_unlock(&state);
}

static void inner(void) {
  if (!nested) {
    enter();
    leave();
  }
}

static void outer(void) {
  enter();
  nested = true;
  inner();
  leave();
}

int main(void) {
  static struct client c = {.callbacks = PTHREAD_MUTEX_INITIALIZER,
                            .packets = PTHREAD_MUTEX_INITIALIZER};
  c.on_message = answer;
  deliver(&c);
  c.on_message = answer_twice;
  deliver(&c);
  queue_packet(&c);
  outer();
}
