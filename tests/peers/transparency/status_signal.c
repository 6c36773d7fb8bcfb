// tests/peers/transparency/status_signal.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The status signal prints the lock table; the program's own handler is still called.
// options: status_signal=10
// args: none
// args: handler
// stderr: status
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t seen = 0;
static void on_signal(int signal) { seen = signal; }

int main(int count, char** arguments) {
  const int own = count > 1 && strcmp(arguments[1], "handler") == 0;
  signal(SIGUSR1, own ? on_signal : SIG_IGN);
  raise(SIGUSR1);
  printf("%d\n", own ? (int)seen : 0);
  return 0;
}
