// tests/analyzer/sources/lock_order_cycle/linked_objects.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects that know each other by pointers, references and shared pointers.
#include <memory>
#include <mutex>
#include <thread>

namespace by_pointer {
struct B;
struct A {
  std::mutex m;
  B* b = nullptr;
  void f();
  void g() { std::lock_guard lock(m); }  // expect: lock-order-cycle
};
struct B {
  std::mutex m;
  A* a = nullptr;
  void f() {
    std::lock_guard lock(m);
    a->g();
  }
  void g() { std::lock_guard lock(m); }
};
void A::f() {
  std::lock_guard lock(m);
  b->g();
}
void run() {
  A a;
  B b;
  a.b = &b;
  b.a = &a;
  std::thread one([&] { a.f(); }), two([&] { b.f(); });
  one.join();
  two.join();
}
}  // namespace by_pointer

// Down a list: a node's lock, then the next one's.
namespace list {
struct Node {
  std::mutex m;
  Node* next = nullptr;
  void both() {
    std::lock_guard lock(m);
    std::lock_guard below(next->m);
  }
};
Node a, b, c;
void run() {
  a.next = &b;
  b.next = &c;
  std::thread one([] { a.both(); }), two([] { b.both(); });
  one.join();
  two.join();
}
}  // namespace list

int main() {
  by_pointer::run();
  list::run();
}
