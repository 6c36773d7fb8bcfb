/* tests/unit/runtime/types/annotations_c_test.c
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * hooks.h and annotations.h in C99. Exit code 0: the hooks were, or were not, there as argv[1] says
 * ("present", "absent"). Built as PIE and not as PIE, and run with the hooks preloaded: the case in
 * which a plain weak symbol would stay null.
 */
#include "lockweave/annotations.h"
#include "lockweave/hooks.h"

#include <string.h>

typedef struct my_lock {
  volatile int word;
} my_lock;

static int try_take(my_lock* l) { return __sync_lock_test_and_set(&l->word, 1) == 0; }

static void my_lock_lock(my_lock* l) {
  if (!try_take(l)) {
    LOCKWEAVE_WANT(l);
    while (!try_take(l)) continue;
    LOCKWEAVE_WANT_DONE(l);
  }
  LOCKWEAVE_ACQUIRED(l);
}
static void my_lock_unlock(my_lock* l) {
  LOCKWEAVE_RELEASED(l);
  __sync_lock_release(&l->word);
}

int main(int argc, char** argv) {
  my_lock outer = {0};
  my_lock inner = {0};
  LOCKWEAVE_CREATED(&outer);
  LOCKWEAVE_CREATED(&inner);
  LOCKWEAVE_NAME(&outer, "outer");
  LOCKWEAVE_ORDER(&outer, &inner);
  my_lock_lock(&outer);
  LOCKWEAVE_ASSERT_HELD(&outer);
  if (try_take(&inner)) {
    LOCKWEAVE_TRY_ACQUIRED(&inner);
    my_lock_unlock(&inner);
  }
  LOCKWEAVE_ACQUIRED_SHARED(&inner);
  LOCKWEAVE_RELEASED(&inner);
  my_lock_unlock(&outer);
  LOCKWEAVE_FORGET(&inner);
  LOCKWEAVE_DESTROYED(&inner);
  LOCKWEAVE_DESTROYED(&outer);
  if (argc < 2) return 0;
  return (lockweave_lw_enter() != 0) == (strcmp(argv[1], "present") == 0) ? 0 : 1;
}
