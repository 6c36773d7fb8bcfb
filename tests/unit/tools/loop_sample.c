// tests/unit/tools/loop_sample.c
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls in loops and elsewhere. Prints for each "name address": where the call returns to, as an offset
// from the load bias.
#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int value = 0;
static void* returns_to;

__attribute__((noinline)) void mark(void) { returns_to = __builtin_return_address(0); }

__attribute__((noinline)) void in_a_loop(void) {
  while (value > 0) {
    mark();
    --value;
  }
}

__attribute__((noinline)) void straight_on(void) {
  if (value > 0) mark();
  --value;
}

// Compilers put what belongs to something else behind the call that never returns.
__attribute__((noinline)) void before_the_end(void) {
  mark();
  while (value < 0) {
    if (value < -1) exit(3);
    ++value;
  }
}

__attribute__((noinline)) void through_a_table(void) {
  static void* const kPlaces[] = {&&first, &&second};
  goto* kPlaces[value & 1];
first:
  value = 2;
second:
  mark();
  if (value > 1) {
    --value;
    goto* kPlaces[value & 1];
  }
}

static int take_bias(struct dl_phdr_info* info, size_t size, void* result) {
  (void)size;
  *(uintptr_t*)result = info->dlpi_addr;
  return 1;
}

static void show(const char* name, void (*function)(void), int begin) {
  uintptr_t bias = 0;
  dl_iterate_phdr(take_bias, &bias);
  value = begin;
  function();
  printf("%s %zu\n", name, (size_t)((uintptr_t)returns_to - bias));
}

int main(void) {
  show("in_a_loop", in_a_loop, 1);
  show("straight_on", straight_on, 1);
  show("before_the_end", before_the_end, 1);
  show("through_a_table", through_a_table, 1);
  return 0;
}
