// tests/e2e/programs/unlock_free_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mutex is unlocked that nobody has locked.
#include "primitives.h"

namespace {
lib::mutex idle;
}  // namespace

int main() {
  { std::lock_guard guard(idle); }
  idle.unlock();  // expect: unlock-not-held
  return 0;
}
