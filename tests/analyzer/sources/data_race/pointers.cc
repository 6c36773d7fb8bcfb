// tests/analyzer/sources/data_race/pointers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One object that two threads reach by pointers of their own.
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace two_workers {
struct Stats {
  int n = 0;
};
struct Worker {
  Stats* stats;
  void run() {
    stats->n++;  // expect: data-race
  }
};
void run() {
  Stats stats;
  Worker a{&stats}, b{&stats};
  std::thread one([&] { a.run(); }), two([&] { b.run(); });
  one.join();
  two.join();
}
}  // namespace two_workers

namespace two_workers_with_a_lock {
struct Stats {
  std::mutex m;
  int n = 0;
};
struct Worker {
  Stats* stats;
  void run() {
    std::lock_guard lock(stats->m);
    stats->n++;
  }
};
void run() {
  Stats stats;
  Worker a{&stats}, b{&stats};
  std::thread one([&] { a.run(); }), two([&] { b.run(); });
  one.join();
  two.join();
}
}  // namespace two_workers_with_a_lock

namespace shared {
struct Node {
  int value = 0;
};
void run() {
  auto node = std::make_shared<Node>();
  std::thread thread([node] { node->value++; });
  node->value++;  // expect: data-race
  thread.join();
}
}  // namespace shared

namespace copied {
struct Node {
  int value = 0;
};
void run() {
  Node node;
  std::thread thread([node]() mutable { node.value++; });
  node.value++;
  thread.join();
}
}  // namespace copied

namespace by_reference {
void add(int& sum) { sum++; }
void run() {
  int sum = 0;
  std::thread thread(add, std::ref(sum));
  sum++;  // expect: data-race
  thread.join();
}
void run_in_turn() {
  int sum = 0;
  std::thread thread(add, std::ref(sum));
  thread.join();
  sum++;
}
}  // namespace by_reference

int main() {
  two_workers::run();
  two_workers_with_a_lock::run();
  shared::run();
  copied::run();
  by_reference::run();
  by_reference::run_in_turn();
}
