// tests/analyzer/sources/data_race/pthread_argument.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A local of main is the thread's argument.
#include <pthread.h>

struct Sum {
  int value;
};

static void* add(void* argument) {
  struct Sum* sum = argument;
  sum->value++;
  return argument;
}

int main(void) {
  struct Sum sum = {0};
  pthread_t thread;
  pthread_create(&thread, 0, add, &sum);
  sum.value++;  // expect: data-race
  pthread_join(thread, 0);
  return sum.value++;
}
