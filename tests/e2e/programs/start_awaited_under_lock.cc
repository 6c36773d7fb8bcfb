// tests/e2e/programs/start_awaited_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A thread's start is awaited under a lock that the thread takes as well, but only after it has told that
// it is there. So does the second one of a pool whose first one is at work. What main did under that lock
// before there was any thread is over.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex pool;
lib::mutex starting;
lib::condition_variable started;
int up = 0;
int jobs = 0;

void work() {
  {
    std::lock_guard guard(starting);
    ++up;
    started.notify_all();
  }
  for (int i = 0; i < 3; ++i) {
    std::lock_guard guard(pool);
    ++jobs;
  }
}

lib::thread start() {
  std::lock_guard guard(pool);
  const int before = up;
  lib::thread worker(work);
  std::unique_lock lock(starting);
  while (up == before) started.wait(lock);
  return worker;
}
}  // namespace

int main() {
  {
    std::lock_guard guard(pool);
    jobs = 1;
  }
  started.notify_all();
  lib::thread first = start();
  lib::thread second = start();
  first.join();
  second.join();
  return jobs == 7 ? 0 : 1;
}
