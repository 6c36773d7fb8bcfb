// tests/analyzer/sources/lock_order_cycle/silent_same_name/a.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same name in two anonymous namespaces is two locks.
#include <mutex>
#include <thread>

extern std::mutex common;

namespace {
std::mutex mu;
}

void in_a() {
  std::lock_guard first(mu);
  std::lock_guard second(common);
}

void in_b();

std::mutex common;

int main() {
  std::thread one(in_a);
  std::thread two(in_b);
  one.join();
  two.join();
}
