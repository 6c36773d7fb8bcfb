// tests/analyzer/sources/data_race/silent_other_mode.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Either a thread does the work, or main does: what stands in the other branch does not come after.
#include <thread>

int published;

void work() { ++published; }

int by_thread() {
  std::thread worker(work);
  worker.detach();
  return 0;
}

int by_main() {
  work();
  return published;
}

int main(int count, char**) {
  if (count > 1) {
    return by_thread();
  } else {
    return by_main();
  }
}
