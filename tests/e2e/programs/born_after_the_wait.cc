// tests/e2e/programs/born_after_the_wait.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// While it sets itself up main waits under a lock. A thread that it creates afterwards takes that lock and
// notifies the same condition variable, but could not have ended the wait. Where main waits again, it can.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex setup;
lib::mutex queue;
lib::condition_variable changed;
int items = 0;

lib::mutex service;
lib::condition_variable served;
int done = 0;

void put() {
  std::lock_guard guard(queue);
  ++items;
  changed.notify_all();
}

void work() {
  { std::lock_guard guard(setup); }
  put();
}

void serve() {
  { std::lock_guard guard(service); }
  next_step();
  await_step(2);
  std::lock_guard guard(queue);
  ++done;
  served.notify_all();
}

void serve_first() {
  std::lock_guard guard(queue);
  ++done;
  served.notify_all();
}

void await_done(int count) {
  std::lock_guard keep(service);
  std::unique_lock lock(queue);
  if (count == 2) next_step();
  while (done < count) served.wait(lock);  // expect: wait-while-holding
}
}  // namespace

int main() {
  {
    std::lock_guard keep(setup);
    std::unique_lock lock(queue);
    lib::thread helper(put);
    while (items == 0) changed.wait(lock);
    lock.unlock();
    helper.join();
  }
  lib::thread worker(work);
  worker.join();
  std::unique_lock lock(queue);
  lib::thread first(serve_first);
  lock.unlock();
  await_done(1);
  first.join();
  lib::thread second(serve);
  await_step(1);
  await_done(2);
  second.join();
}
