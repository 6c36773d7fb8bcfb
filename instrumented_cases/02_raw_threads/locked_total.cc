// instrumented_cases/02_raw_threads/locked_total.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: std
// expect-none
// The same total, but who reads it keeps the others out until it is written back.
#include <pthread.h>

#include "lockweave/shared.h"

namespace {
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
lockweave::shared<int> total{0};

void* add(void* amount) {
  pthread_mutex_lock(&mutex);
  total += *static_cast<int*>(amount);
  pthread_mutex_unlock(&mutex);
  return nullptr;
}
}  // namespace

int main() {
  int ten = 10;
  int twenty = 20;
  pthread_t first;
  pthread_t second;
  pthread_create(&first, nullptr, add, &ten);
  pthread_create(&second, nullptr, add, &twenty);
  pthread_join(first, nullptr);
  pthread_join(second, nullptr);
  return total == 30 ? 0 : 1;
}
