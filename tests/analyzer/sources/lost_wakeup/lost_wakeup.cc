// tests/analyzer/sources/lost_wakeup/lost_wakeup.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

std::mutex mutex;
std::condition_variable ready;
bool done = false;
bool fine = false;

void wait_for_both() {
  std::unique_lock guard(mutex);
  while (!done) ready.wait(guard);
  while (!fine) ready.wait(guard);
}
void announce() {
  done = true;  // expect: lost-wakeup
  ready.notify_one();
}
// Notifying after the mutex was given back is allowed.
void announce_well() {
  {
    std::lock_guard guard(mutex);
    fine = true;
  }
  ready.notify_one();
}

struct Queue {
  Queue() : consumer([this] { consume(); }) {}
  ~Queue() {
    stop = true;  // expect: lost-wakeup
    changed.notify_all();
    consumer.join();
  }
  void consume() {
    std::unique_lock guard(mutex);
    changed.wait(guard, [this] { return stop.load(); });
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> stop{false};
  std::thread consumer;
};
struct GoodQueue {
  GoodQueue() : consumer([this] { consume(); }) {}
  ~GoodQueue() {
    {
      std::lock_guard guard(mutex);
      stop = true;
    }
    changed.notify_all();
    consumer.join();
    stop = false;
  }
  void consume() {
    std::unique_lock guard(mutex);
    changed.wait(guard, [this] { return stop; });
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  std::thread consumer;
};

int main() {
  Queue queue;
  GoodQueue good;
  std::thread waiter(wait_for_both);
  std::thread one(announce);
  std::thread two(announce_well);
  waiter.join();
  one.join();
  two.join();
}
