// tests/analyzer/sources/lock_order_cycle/silent_same_name_in_folders/right/lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two files of one name in two folders: what is static in them is not the same.
#include <mutex>

std::mutex& shared();

static std::mutex own;
static void both() {
  std::lock_guard two(shared());
  std::lock_guard one(own);
}
void right() { both(); }
