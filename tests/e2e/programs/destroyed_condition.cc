// tests/e2e/programs/destroyed_condition.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A desk is closed while a customer still waits at it: its condition variable lets the destructor last
// until he has left.
#include <new>

#include "primitives.h"
#include "steps.h"

namespace {

struct Desk {
  lib::mutex mutex;
  lib::condition_variable served;
  bool turn = false;
};

void queue_up(Desk& desk) {
  std::unique_lock<lib::mutex> lock(desk.mutex);
  next_step();
  while (!desk.turn) desk.served.wait(lock);  // expect-either: deadlock
}

}  // namespace

int main() {
  auto* desk = new Desk;
  lib::thread customer([desk] { queue_up(*desk); });
  await_step(1);
  desk->mutex.lock();  // the customer waits now
  desk->mutex.unlock();
  desk->served.~condition_variable();  // expect: destroyed-while-held // expect-either: deadlock
  new (&desk->served) lib::condition_variable;
  customer.join();
  delete desk;
}
