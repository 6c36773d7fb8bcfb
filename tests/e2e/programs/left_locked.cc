// tests/e2e/programs/left_locked.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread returns with a reader-writer lock held, while another one already waits to write.
#include <pthread.h>

#include "primitives.h"
#include "steps.h"

static lib::shared_mutex prices;

static void read_prices() {
  prices.lock_shared();  // expect: lock-leak
  next_step();
  await_step(2);
}

static void write_prices() {
  await_step(1);
  next_step();
  prices.lock();  // expect: deadlock
  prices.unlock();
}

int main() {
  lib::thread reader(read_prices);
  lib::thread writer(write_prices);
  reader.join();
  writer.join();
}
