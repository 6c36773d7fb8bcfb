// tests/e2e/programs/address_reuse.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A lock is deleted and another one is born at its address: the orders belong to different locks.
#include "primitives.h"
#include "steps.h"

namespace {
struct Node {
  lib::mutex mutex;
};
lib::mutex list;

void list_first() {
  {
    Node* node = new Node;
    {
      std::lock_guard list_guard(list);
      std::lock_guard node_guard(node->mutex);
    }
    delete node;
  }
  next_step();
}

void node_first() {
  await_step(1);
  Node* node = new Node;  // very likely where the other one was
  {
    std::lock_guard node_guard(node->mutex);
    std::lock_guard list_guard(list);
  }
  delete node;
}
}  // namespace

int main() {
  lib::thread one(list_first);
  lib::thread two(node_first);
  one.join();
  two.join();
}
