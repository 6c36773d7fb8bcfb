// tests/e2e/programs/notified_under_the_kept_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A collector of garbage holds the heap and waits for helpers, which never take the heap. Another thread
// collects, too, and notifies the helpers under the heap: so it has ended no wait of the first. Nor has it
// by that notification ended one under a lock that it takes elsewhere. In the end it notifies without the
// heap, which it has taken before.
#include "primitives.h"
#include "steps.h"

namespace {
lib::mutex heap;
lib::mutex table;
lib::mutex marking;
lib::condition_variable marked;
int to_mark = 0;

lib::mutex service;
lib::mutex queue;
lib::condition_variable served;
int requests = 0;
bool done = false;

void help() {
  std::lock_guard guard(marking);
  --to_mark;
  marked.notify_all();
}

void collect() {
  std::lock_guard keep(heap);
  std::unique_lock lock(marking);
  to_mark = 1;
  lib::thread helper(help);
  marked.notify_all();
  while (to_mark > 0) marked.wait(lock);
  lock.unlock();
  helper.join();
}

void collect_with_table() {
  std::lock_guard keep(table);
  collect();
}

void serve() {
  collect_with_table();
  collect();
  next_step();
  {
    std::lock_guard guard(service);
    ++requests;
    served.notify_all();
  }
  next_step();
  await_step(3);
  std::lock_guard guard(queue);
  done = true;
  served.notify_all();
}
}  // namespace

int main() {
  lib::thread other(serve);
  await_step(1);
  collect();
  collect_with_table();
  await_step(2);
  {
    std::lock_guard keep(service);
    std::unique_lock lock(queue);
    next_step();
    while (!done) served.wait(lock);  // expect: wait-while-holding
  }
  other.join();
}
