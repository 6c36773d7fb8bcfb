/* tests/analyzer/sources/data_race/silent_start_up.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Settings are written before the first thread begins; who else may call start_worker() later does not
 * change that. */
#include <pthread.h>

struct {
  int verbose;
  int limit;
} settings;
static pthread_t worker_thread;
static _Atomic int sum;

static void settings_init(void) {
  settings.verbose = 1;
  settings.limit = 2;
}
static void* work(void* unused) {
  for (int i = 0; i < settings.limit; ++i) sum += settings.verbose;
  return unused;
}
int start_worker(void) { return pthread_create(&worker_thread, 0, work, 0); }
/* Called by a library, whenever it likes. */
void on_event(int what) {
  if (what == 's') start_worker();
}

int main(int count, char** arguments) {
  settings_init();
  while (count-- > 0) settings.verbose += arguments[count][0] == 'v';
  if (start_worker() != 0) return 1;
  pthread_join(worker_thread, 0);
  return 0;
}
