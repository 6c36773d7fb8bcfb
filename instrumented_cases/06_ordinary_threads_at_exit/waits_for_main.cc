// instrumented_cases/06_ordinary_threads_at_exit/waits_for_main.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// The thread waits to be told that it is over. main tells nobody: it just returns, and then waits
// for the thread's end. The program never exits.
#include "instrumented_cases/support/lib.h"
#include "lockweave/managed_thread.h"

namespace {
lib::mutex mutex;
lib::condition_variable closing_time;
bool closed = false;

void guard_the_door() {
  std::unique_lock guard(mutex);
  while (!closed) closing_time.wait(guard);  // expect-run: deadlock
}
}  // namespace

int main() { lockweave::managed_thread guard({"guard"}, guard_the_door); }
