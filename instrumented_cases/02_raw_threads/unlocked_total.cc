// instrumented_cases/02_raw_threads/unlocked_total.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: std
// Two threads made with pthread_create add to one total. Each reads it, adds, and writes it back:
// what the other wrote in between is lost.
#include <pthread.h>

#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
lockweave::shared<int> total{0};

void* add_first(void*) {
  total += 10;
  next_step();
  return nullptr;
}

void* add_second(void*) {
  await_step(1);
  total += 20;  // expect: data-race
  return nullptr;
}
}  // namespace

int main() {
  pthread_t first;
  pthread_t second;
  pthread_create(&first, nullptr, add_first, nullptr);
  pthread_create(&second, nullptr, add_second, nullptr);
  pthread_join(first, nullptr);
  pthread_join(second, nullptr);
}
