// tests/analyzer/sources/lock_order_cycle/recursion.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <thread>

std::mutex tree;
std::mutex log;

void visit(int depth) {
  if (depth == 0) {
    std::lock_guard guard(log);  // expect-either: lock-order-cycle
    return;
  }
  visit(depth - 1);
}
void search() {
  std::lock_guard guard(tree);
  visit(3);
}
void rotate() {
  std::lock_guard guard(log);
  std::lock_guard inner(tree);  // expect-either: lock-order-cycle
}

int main() {
  std::thread one(search);
  std::thread two(rotate);
  one.join();
  two.join();
}
