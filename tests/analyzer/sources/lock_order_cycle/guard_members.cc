// tests/analyzer/sources/lock_order_cycle/guard_members.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a class that has no destructor of its own does at its end, its members and bases do: guards in
// it unlock, destructors in it lock.
#include <memory>
#include <mutex>
#include <thread>

namespace held {
std::mutex first, second;
struct Transaction {
  explicit Transaction(std::mutex& mutex) : lock(mutex) {}
  void go() {}
  std::unique_lock<std::mutex> lock;
};
void forth() {
  Transaction one(first);
  Transaction two(second);  // expect: lock-order-cycle
}
void back() {
  Transaction two(second);
  Transaction one(first);
}
}  // namespace held

namespace given_back {
std::mutex first, second;
using held::Transaction;
void forth() {
  { Transaction one(first); }
  Transaction two(second);
  two.go();
}
void back() {
  Transaction(second).go();
  Transaction(first).go();
  Transaction(second).go();
}
}  // namespace given_back

namespace accessor {
template <class T>
class Shared {
 public:
  class Pointer {
   public:
    Pointer(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
    T& operator*() { return *value_; }

   private:
    std::unique_lock<std::mutex> lock_;
    T* value_;
  };
  Pointer lock() { return Pointer(mutex_, value_); }

 private:
  std::mutex mutex_;
  T value_{};
};
Shared<int> first, second, third, fourth;
void forth() {
  *first.lock() += 1;
  *second.lock() += 2;
  { auto kept = first.lock(); }
  auto kept = second.lock();
}
void back() {
  { auto kept = second.lock(); }
  auto kept = first.lock();
}
void both_forth() {
  auto one = third.lock();
  auto two = fourth.lock();  // expect: lock-order-cycle
}
void both_back() {
  auto two = fourth.lock();
  auto one = third.lock();
}
}  // namespace accessor

namespace aggregate {
struct Held {
  std::unique_lock<std::mutex> lock;
};
std::mutex first, second;
Held make(std::mutex& mutex) { return Held{std::unique_lock<std::mutex>(mutex)}; }
void forth() {
  { auto one = make(first); }
  auto two = make(second);
}
void back() {
  { auto two = make(second); }
  auto one = make(first);
}
}  // namespace aggregate

namespace inside {
std::mutex of_member, of_base, of_pointer, of_reset, outer;
struct Member {
  ~Member() { std::lock_guard lock(of_member); }  // expect: lock-order-cycle
};
struct Base {
  ~Base() { std::lock_guard lock(of_base); }  // expect: lock-order-cycle
};
struct Pointed {
  ~Pointed() { std::lock_guard lock(of_pointer); }  // expect: lock-order-cycle
};
struct Reset {
  ~Reset() { std::lock_guard lock(of_reset); }  // expect: lock-order-cycle
};
struct Whole : Base {
  Member member;
};
void forth(std::unique_ptr<Reset> reset) {
  std::lock_guard lock(outer);
  Whole whole;
  auto pointed = std::make_unique<Pointed>();
  reset.reset();
}
void back_member() {
  std::lock_guard lock(of_member);
  std::lock_guard again(outer);
}
void back_base() {
  std::lock_guard lock(of_base);
  std::lock_guard again(outer);
}
void back_pointer() {
  std::lock_guard lock(of_pointer);
  std::lock_guard again(outer);
}
void back_reset() {
  std::lock_guard lock(of_reset);
  std::lock_guard again(outer);
}
// Handed on: its end is elsewhere.
void keep(std::unique_ptr<Pointed>) {}
std::unique_ptr<Pointed> silent() {
  std::lock_guard lock(outer);
  auto one = std::make_unique<Pointed>();
  return one;
}
}  // namespace inside

int main() {
  std::thread threads[] = {std::thread(held::forth),
                           std::thread(held::back),
                           std::thread(given_back::forth),
                           std::thread(given_back::back),
                           std::thread(accessor::forth),
                           std::thread(accessor::back),
                           std::thread(accessor::both_forth),
                           std::thread(accessor::both_back),
                           std::thread(aggregate::forth),
                           std::thread(aggregate::back),
                           std::thread([] { inside::forth(std::make_unique<inside::Reset>()); }),
                           std::thread(inside::back_member),
                           std::thread(inside::back_base),
                           std::thread(inside::back_pointer),
                           std::thread(inside::back_reset),
                           std::thread([] { inside::keep(inside::silent()); })};
  for (std::thread& one : threads) one.join();
}
