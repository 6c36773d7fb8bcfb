// tests/analyzer/sources/lock_order_cycle/silent_same_name/b.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>

extern std::mutex common;

namespace {
std::mutex mu;
}

void in_b() {
  std::lock_guard first(common);
  std::lock_guard second(mu);
}
