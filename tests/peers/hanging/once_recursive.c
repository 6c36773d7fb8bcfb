// tests/peers/hanging/once_recursive.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An initialisation routine that asks for its own initialisation.
// hangs: double-lock
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialise(void) { pthread_once(&once, initialise); }

int main(void) { return pthread_once(&once, initialise); }
