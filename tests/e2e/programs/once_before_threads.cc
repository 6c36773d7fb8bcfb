// tests/e2e/programs/once_before_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// As once_under_lock, but it is done before there is another thread: nobody can ever wait for it.
#include "primitives.h"

namespace {
lib::mutex settings;
std::once_flag loaded;

void load() { std::lock_guard guard(settings); }

void later() {
  std::lock_guard guard(settings);
  std::call_once(loaded, load);
}
}  // namespace

int main() {
  std::call_once(loaded, load);
  lib::thread one(later);
  lib::thread two(later);
  one.join();
  two.join();
}
