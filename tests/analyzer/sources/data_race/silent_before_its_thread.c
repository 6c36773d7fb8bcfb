/* tests/analyzer/sources/data_race/silent_before_its_thread.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * main installs a signal handler, writes its settings, starts one thread, and prepares the next one's
 * table before it starts that. A library calls functions nobody here calls. */
#include <pthread.h>
#include <signal.h>

static int limit, table_size;
static _Atomic int sum;

static void on_signal(int number) { sum += number; }
static void settings_init(void) { limit = 3; }
static void table_init(void) { table_size = 4; }
static int look_up(int key) { return key % table_size; }
static void* log_lines(void* unused) {
  for (int i = 0; i < limit; ++i) ++sum;
  return unused;
}
static void* maintain(void* unused) {
  sum += look_up(7);
  return unused;
}
/* Called by a library, whenever it likes. */
void on_event(int key) { sum += look_up(key); }

int main(void) {
  pthread_t one, two;
  signal(SIGHUP, on_signal);
  settings_init();
  pthread_create(&one, NULL, log_lines, NULL);
  table_init();
  pthread_create(&two, NULL, maintain, NULL);
  pthread_join(one, NULL);
  pthread_join(two, NULL);
  return 0;
}
