// instrumented_cases/04_thread_objects/moved_and_joined.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A thread object is a handle: it can be empty, moved and kept in a container. The thread does not
// notice, and one handle joins it in the end.
#include <utility>
#include <vector>

#include "instrumented_cases/support/lib.h"

namespace {
lib::mutex mutex;
int finished = 0;

void work() {
  std::lock_guard guard(mutex);
  ++finished;
}
}  // namespace

int main() {
  lib::thread empty;
  lib::thread worker(work);
  std::vector<lib::thread> crew;
  crew.push_back(std::move(worker));
  crew.emplace_back(work);
  const bool as_said = !empty.joinable() && !worker.joinable() && crew.front().joinable();
  for (lib::thread& one : crew) one.join();
  return as_said && finished == 2 ? 0 : 1;
}
