// tests/e2e/programs/join_of_who_was_done_for_another.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A dispatcher waits until its worker says that it is idle, which it says after all that it does under the
// lock of the modules. Main joins the dispatcher, then the worker under that lock. The second worker
// tells somebody who is still at work.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex modules;
int loaded = 0;

struct Worker {
  lib::mutex mutex;
  lib::condition_variable idle;
  bool busy = true;

  void work() {
    {
      std::lock_guard guard(modules);
      ++loaded;
    }
    std::lock_guard guard(mutex);
    busy = false;
    idle.notify_all();
  }
  void await() {
    std::unique_lock lock(mutex);
    next_step();
    while (busy) idle.wait(lock);
  }
};
Worker first;
Worker second;

void dispatch(Worker& worker) { worker.await(); }
}  // namespace

int main() {
  {
    lib::thread dispatcher([] { dispatch(first); });
    await_step(1);
    lib::thread worker([] { first.work(); });
    dispatcher.join();
    std::lock_guard guard(modules);
    worker.join();
  }
  lib::thread dispatcher([] {
    dispatch(second);
    await_step(3);
  });
  await_step(2);
  lib::thread worker([] { second.work(); });
  {
    std::unique_lock lock(second.mutex);
    while (second.busy) {
      lock.unlock();
      lock.lock();
    }
  }
  {
    std::lock_guard guard(modules);
    worker.join();  // expect: blocking-under-lock
  }
  next_step();
  dispatcher.join();
}
