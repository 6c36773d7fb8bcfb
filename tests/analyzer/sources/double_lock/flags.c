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

struct session {
  pthread_mutex_t callbacks;
  bool in_callback;
};

static void send_all(struct session* s) {
  pthread_mutex_lock(&s->callbacks);  // expect: double-lock
  pthread_mutex_unlock(&s->callbacks);
}

static void queue_message(struct session* s) {
  if (!s->in_callback) send_all(s);
}

// Written only where it is set: there it matters.
static void leave_callback(struct session* s) {
  if (s->in_callback) s->in_callback = false;
}

static void end_and_queue(struct session* s) {
  leave_callback(s);
  queue_message(s);
}

static void call_back(struct session* s) {
  pthread_mutex_lock(&s->callbacks);
  s->in_callback = true;
  end_and_queue(s);
  pthread_mutex_unlock(&s->callbacks);
}

// One is tested, the other written.
struct pair {
  pthread_mutex_t mutex;
  bool busy;
};

static void work(struct pair* p) {
  if (p->busy) return;
  pthread_mutex_lock(&p->mutex);  // expect: double-lock
  pthread_mutex_unlock(&p->mutex);
}

static void free_other(struct pair* a, struct pair* b) {
  if (!a->busy) b->busy = false;
}

static void work_after(struct pair* a, struct pair* b) {
  pthread_mutex_lock(&b->mutex);
  b->busy = true;
  free_other(a, b);
  work(b);
  pthread_mutex_unlock(&b->mutex);
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
  static struct session s = {.callbacks = PTHREAD_MUTEX_INITIALIZER};
  call_back(&s);
  static struct pair a = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  static struct pair b = {.mutex = PTHREAD_MUTEX_INITIALIZER};
  work_after(&a, &b);
}
