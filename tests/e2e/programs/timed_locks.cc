// tests/e2e/programs/timed_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Timed locks: got at once, got late, given up; exclusive and shared. All of it is valid, and the
// locks are held and released as any others.
#include <chrono>

#include "primitives.h"
#include "steps.h"

namespace {
using namespace std::chrono_literals;

lib::timed_mutex mutex;
lib::shared_timed_mutex table;
int rows = 0;

void count_rows() {
  if (mutex.try_lock_for(10s)) {
    ++rows;
    mutex.unlock();
  }
  if (table.try_lock_until(std::chrono::system_clock::now() + 10s)) {
    ++rows;
    table.unlock();
  }
  if (table.try_lock_shared_for(10s)) {
    std::lock_guard guard(mutex);
    table.unlock_shared();
  }
}

void give_up() {
  std::lock_guard guard(mutex);
  std::unique_lock writer(table, 10s);
  next_step();
  await_step(2);
}

void be_given_up() {
  await_step(1);
  bool any = mutex.try_lock_for(1ms) || table.try_lock_shared_for(1ms);
  any = any || mutex.try_lock_until(std::chrono::steady_clock::now() + 1ms);
  rows += any ? 1 : 0;
  next_step();
}
}  // namespace

int main() {
  {
    lib::thread one(count_rows);
    lib::thread two(count_rows);
    one.join();
    two.join();
  }
  lib::thread holder(give_up);
  lib::thread other(be_given_up);
  holder.join();
  other.join();
  return rows == 4 ? 0 : 1;
}
