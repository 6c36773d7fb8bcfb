// tests/e2e/programs/cycles_behind_a_wrapper.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All locks of this program are taken at one line, in a wrapper. Two bugs are two findings all the same,
// each told where the wrapper is used.
#include "primitives.h"
#include "steps.h"

namespace {

class Mutex {
 public:
  __attribute__((noinline)) void Lock() { mutex_.lock(); }
  void Unlock() { mutex_.unlock(); }

 private:
  lib::mutex mutex_;
};

class Locker {
 public:
  explicit Locker(Mutex& mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~Locker() { mutex_.Unlock(); }
  Locker(const Locker&) = delete;

 private:
  Mutex& mutex_;
};

Mutex accounts;
Mutex journal;
Mutex cache;
Mutex index_of_cache;

void transfer() {
  Locker accounts_locker(accounts);
  Locker journal_locker(journal);  // expect: lock-order-cycle
}

void report() {
  Locker journal_locker(journal);
  Locker accounts_locker(accounts);
}

void fill() {
  Locker cache_locker(cache);
  Locker index_locker(index_of_cache);  // expect: lock-order-cycle
}

void look_up() {
  Locker index_locker(index_of_cache);
  Locker cache_locker(cache);
}
}  // namespace

int main() {
  lib::thread one([] {
    transfer();
    fill();
    next_step();
  });
  lib::thread two([] {
    await_step(1);
    report();
    look_up();
  });
  one.join();
  two.join();
}
