// tests/analyzer/sources/lock_order_cycle/function_parameters.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function is passed to one that takes a lock and calls it: by pointer, by std::function, by name of
// a lambda. Each with a pair of locks of its own.
#include <functional>
#include <mutex>
#include <thread>

namespace by_pointer {
std::mutex a, b;
void with_a(void (*f)()) {
  std::lock_guard l(a);
  f();
}
void inner() { std::lock_guard l(b); }  // expect: lock-order-cycle
void right() { with_a(inner); }
void left() {
  std::lock_guard l(b);
  std::lock_guard k(a);
}
}  // namespace by_pointer

namespace by_function {
std::mutex a, b;
void with_a(const std::function<void()>& f) {
  std::lock_guard l(a);
  f();
}
void right() {
  with_a([] { std::lock_guard l(b); });  // expect: lock-order-cycle
}
void left() {
  std::lock_guard l(b);
  std::lock_guard k(a);
}
}  // namespace by_function

namespace by_value {
std::mutex a, b;
void with_a(std::function<void()> f) {
  std::lock_guard l(a);
  f();
}
void right() {
  auto inner = [] { std::lock_guard l(b); };  // expect: lock-order-cycle
  with_a(inner);
}
void left() {
  std::lock_guard l(b);
  std::lock_guard k(a);
}
}  // namespace by_value

// The same order everywhere.
namespace ordered {
std::mutex a, b;
void with_a(const std::function<void()>& f) {
  std::lock_guard l(a);
  f();
}
void right() {
  with_a([] { std::lock_guard l(b); });
}
void left() {
  std::lock_guard l(a);
  std::lock_guard k(b);
}
}  // namespace ordered

// The function is called when the lock is given back.
namespace called_after {
std::mutex a, b;
void after_a(const std::function<void()>& f) {
  { std::lock_guard l(a); }
  f();
}
void right() {
  after_a([] { std::lock_guard l(b); });
}
void left() {
  std::lock_guard l(b);
  std::lock_guard k(a);
}
}  // namespace called_after

int main() {
  std::thread threads[] = {
      std::thread(by_pointer::right),   std::thread(by_pointer::left),
      std::thread(by_function::right),  std::thread(by_function::left),
      std::thread(by_value::right),     std::thread(by_value::left),
      std::thread(ordered::right),      std::thread(ordered::left),
      std::thread(called_after::right), std::thread(called_after::left),
  };
  for (std::thread& thread : threads) thread.join();
}
