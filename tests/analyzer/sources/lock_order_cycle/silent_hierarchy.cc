// tests/analyzer/sources/lock_order_cycle/silent_hierarchy.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A parent, then its child: the path of the second goes on from the first.
#include <mutex>
#include <thread>

struct Node {
  std::mutex mutex;
  Node* next = nullptr;
  int value = 0;
};

void walk(Node* node) {
  std::lock_guard here(node->mutex);
  if (node->next != nullptr) {
    std::lock_guard there(node->next->mutex);
    node->next->value += node->value;
  }
}

Node head;

int main() {
  std::thread one([] { walk(&head); });
  std::thread two([] { walk(&head); });
  one.join();
  two.join();
}
