// tests/e2e/programs/awaited_twice.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread waits twice at one place with two locks in its hands. In between it has started a helper, which
// takes the inner one of them before it notifies: by luck nobody waits then.
#include <atomic>

#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex shelf;
lib::mutex ledger;
lib::mutex guard;
lib::condition_variable changed;
int orders = 0;
std::atomic<bool> helped{false};

void await(int wanted) {
  std::lock_guard outer(shelf);
  std::lock_guard inner(ledger);
  std::unique_lock hold(guard);
  next_step();
  while (orders < wanted) changed.wait(hold);  // expect: wait-while-holding
}

void help() {
  ledger.lock();
  ledger.unlock();
  changed.notify_one();
  helped = true;
}

void work() {
  await(1);
  lib::thread helper(help);
  while (!helped) sched_yield();
  await(2);
  helper.join();
}
}  // namespace

int main() {
  lib::thread worker(work);
  for (int order = 1; order <= 2; ++order) {
    await_step(order);
    std::lock_guard hold(guard);
    orders = order;
    changed.notify_one();
  }
  worker.join();
}
