// tests/e2e/programs/join_of_who_is_done.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Workers say under the lock that they are done, as the last they do under it, and are joined under that
// lock once all have said so. Another one says so as well and is joined without being waited for.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex pool;
lib::condition_variable changed;
int at_work = 2;

lib::mutex results;
lib::condition_variable more;
int sum = 0;

void work() {
  std::lock_guard guard(pool);
  --at_work;
  changed.notify_all();
}

void add() {
  {
    std::lock_guard guard(results);
    ++sum;
    more.notify_all();
  }
  next_step();
}
}  // namespace

int main() {
  {
    std::unique_lock lock(pool);
    lib::thread first(work);
    lib::thread second(work);
    while (at_work > 0) changed.wait(lock);
    first.join();
    second.join();
  }
  lib::thread adder(add);
  await_step(1);
  std::lock_guard guard(results);
  adder.join();  // expect: blocking-under-lock
}
