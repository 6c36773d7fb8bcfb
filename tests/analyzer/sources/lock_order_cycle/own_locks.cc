// tests/analyzer/sources/lock_order_cycle/own_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks of the user's own: over GCC's builtins, with other names, known by Clang's attributes alone.
#include <atomic>
#include <thread>

class Word {
 public:
  void lock() {
    while (__sync_lock_test_and_set(&word_, 1)) {
    }
  }
  void unlock() { __sync_lock_release(&word_); }

 private:
  int word_ = 0;
};
class Flag {
 public:
  void acquire() {
    while (flag_.exchange(true)) {
    }
  }
  void release() { flag_.store(false); }

 private:
  std::atomic<bool> flag_{false};
};
// Counts references and permits: no locks.
class Count {
 public:
  void acquire() { ++count_; }
  void release() { --count_; }

 private:
  std::atomic<int> count_{0};
};
class __attribute__((capability("mutex"))) Attributed {
 public:
  void enter() __attribute__((acquire_capability()));
  bool try_enter() __attribute__((try_acquire_capability(true)));
  void leave() __attribute__((release_capability()));
};

Word first, second;
Flag third, fourth;
Count one_count, other_count;
Attributed fifth, sixth;

void words_forth() {
  first.lock();
  second.lock();  // expect: lock-order-cycle
  second.unlock();
  first.unlock();
}
void words_back() {
  second.lock();
  first.lock();
  first.unlock();
  second.unlock();
}
void flags_forth() {
  third.acquire();
  fourth.acquire();  // expect: lock-order-cycle
  fourth.release();
  third.release();
}
void flags_back() {
  fourth.acquire();
  third.acquire();
  third.release();
  fourth.release();
}
void counts_forth() {
  one_count.acquire();
  other_count.acquire();
  other_count.release();
  one_count.release();
}
void counts_back() {
  other_count.acquire();
  one_count.acquire();
  one_count.release();
  other_count.release();
}
void attributed_forth() {
  if (!fifth.try_enter()) return;
  sixth.enter();  // expect: lock-order-cycle
  sixth.leave();
  fifth.leave();
}
void attributed_back() {
  sixth.enter();
  fifth.enter();
  fifth.leave();
  sixth.leave();
}

int main() {
  std::thread threads[] = {std::thread(words_forth),      std::thread(words_back),
                           std::thread(flags_forth),      std::thread(flags_back),
                           std::thread(counts_forth),     std::thread(counts_back),
                           std::thread(attributed_forth), std::thread(attributed_back)};
  for (std::thread& one : threads) one.join();
}
