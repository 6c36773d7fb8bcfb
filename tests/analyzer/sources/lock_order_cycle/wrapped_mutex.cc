// tests/analyzer/sources/lock_order_cycle/wrapped_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two members of one class around std::mutex, taken in both orders, of an object that nobody here
// makes.
#include <mutex>
#include <thread>

class Mutex {
 public:
  void Lock() { mu_.lock(); }
  void Unlock() { mu_.unlock(); }

 private:
  std::mutex mu_;
};

class Cache {
 public:
  void insert() {
    table_mutex_.Lock();
    list_mutex_.Lock();  // expect-either: lock-order-cycle
    list_mutex_.Unlock();
    table_mutex_.Unlock();
  }
  void prune() {
    list_mutex_.Lock();
    table_mutex_.Lock();  // expect-either: lock-order-cycle
    table_mutex_.Unlock();
    list_mutex_.Unlock();
  }

 private:
  Mutex table_mutex_;
  Mutex list_mutex_;
};

void serve(Cache* cache) {
  std::thread one(&Cache::insert, cache);
  std::thread two(&Cache::prune, cache);
  one.join();
  two.join();
}
