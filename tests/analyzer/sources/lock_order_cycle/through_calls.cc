// tests/analyzer/sources/lock_order_cycle/through_calls.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The second lock is taken three calls further down.
#include <mutex>
#include <thread>

struct Store {
  void save() {
    std::lock_guard guard(disk_);
    write();
  }
  void load() {
    std::lock_guard guard(cache_);
    std::lock_guard inner(disk_);  // expect-either: lock-order-cycle
  }

 private:
  void write() { flush(); }
  void flush() { evict(); }
  void evict() {
    std::lock_guard guard(cache_);  // expect-either: lock-order-cycle
  }
  std::mutex disk_;
  std::mutex cache_;
};

int main() {
  Store store;
  std::thread one([&store] { store.save(); });
  std::thread two([&store] { store.load(); });
  one.join();
  two.join();
}
