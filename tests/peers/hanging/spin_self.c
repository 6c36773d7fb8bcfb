// tests/peers/hanging/spin_self.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A spin lock that its holder takes again.
// hangs: double-lock
#include <pthread.h>

int main(void) {
  pthread_spinlock_t spin;
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_lock(&spin);
  pthread_spin_lock(&spin);
  return 0;
}
