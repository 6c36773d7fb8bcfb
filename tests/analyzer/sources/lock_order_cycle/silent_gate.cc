// tests/analyzer/sources/lock_order_cycle/silent_gate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <thread>

std::mutex gate;
std::mutex a;
std::mutex b;

void forwards() {
  std::lock_guard first(a);
  std::lock_guard second(b);
}
void backwards() {
  std::lock_guard first(b);
  std::lock_guard second(a);
}
// Both only behind the gate, which is taken in the callers.
void left() {
  std::lock_guard guard(gate);
  forwards();
}
void right() {
  std::lock_guard guard(gate);
  backwards();
}

int main() {
  std::thread one(left);
  std::thread two(right);
  one.join();
  two.join();
}
