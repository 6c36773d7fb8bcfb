// tests/analyzer/sources/data_race/silent_handover.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one thread says and the other waits for puts their accesses in order.
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

// There and back, as cppreference.com shows it.
namespace there_and_back {
std::mutex m;
std::condition_variable cv;
std::string data;
bool ready = false, processed = false;

void worker() {
  std::unique_lock lock(m);
  cv.wait(lock, [] { return ready; });
  data += " after processing";
  processed = true;
  lock.unlock();
  cv.notify_one();
}

void run() {
  std::thread thread(worker);
  data = "Example";
  {
    std::lock_guard lock(m);
    ready = true;
  }
  cv.notify_one();
  {
    std::unique_lock lock(m);
    cv.wait(lock, [] { return processed; });
  }
  std::string copy = data;
  thread.join();
}
}  // namespace there_and_back

namespace in_a_loop {
std::mutex m;
std::condition_variable cv;
bool ready;
int result;

void compute() { result = 42; }

void producer() {
  compute();
  {
    std::lock_guard lock(m);
    ready = true;
  }
  cv.notify_one();
}

int run() {
  std::thread thread(producer);
  {
    std::unique_lock lock(m);
    while (!ready) cv.wait(lock);
  }
  int copy = result;
  thread.join();
  return copy;
}
}  // namespace in_a_loop

namespace by_an_event {
struct Event {
  void signal() {
    {
      std::lock_guard lock(m);
      set = true;
    }
    cv.notify_all();
  }
  void wait() {
    std::unique_lock lock(m);
    cv.wait(lock, [this] { return set; });
  }
  std::mutex m;
  std::condition_variable cv;
  bool set = false;
} event;
int data, copy;

void run() {
  std::thread writer([] {
    data = 3;
    event.signal();
  });
  std::thread reader([] {
    event.wait();
    copy = data;
  });
  writer.join();
  reader.join();
}
}  // namespace by_an_event

namespace by_a_flag {
std::mutex m;
bool done;
int out, copy;

void writer() {
  out = 3;
  std::lock_guard lock(m);
  done = true;
}
void reader() {
  for (;;) {
    std::lock_guard lock(m);
    if (done) break;
  }
  copy = out;
}
void run() {
  std::thread one(writer), two(reader);
  one.join();
  two.join();
}
}  // namespace by_a_flag

namespace by_a_barrier {
int x;
std::barrier meeting(2);
void run() {
  std::thread thread([] {
    x = 1;
    meeting.arrive_and_wait();
  });
  meeting.arrive_and_wait();
  x++;
  thread.join();
}
}  // namespace by_a_barrier

namespace by_an_atomic_wait {
int x;
std::atomic<bool> done;
void run() {
  std::thread thread([] {
    x = 1;
    done = true;
    done.notify_one();
  });
  done.wait(false);
  x++;
  thread.join();
}
}  // namespace by_an_atomic_wait

namespace once {
std::once_flag flag;
std::unique_ptr<int> value;
int get() {
  std::call_once(flag, [] { value = std::make_unique<int>(3); });
  return *value;
}
void run() {
  std::thread one([] { get(); }), two([] { get(); });
  one.join();
  two.join();
}
}  // namespace once

namespace deferred {
int x;
void run() {
  auto result = std::async(std::launch::deferred, [] { x++; });
  x++;
  result.get();
}
}  // namespace deferred

namespace in_order_of_address {
struct Account {
  std::mutex m;
  long balance = 0;
};
void transfer(Account& a, Account& b, long amount) {
  if (&a == &b) return;
  Account* first = &a < &b ? &a : &b;
  Account* second = &a < &b ? &b : &a;
  std::lock_guard outer(first->m);
  std::lock_guard inner(second->m);
  a.balance -= amount;
  b.balance += amount;
}
void run() {
  Account x, y;
  std::thread one([&] { transfer(x, y, 1); });
  std::thread two([&] { transfer(y, x, 1); });
  one.join();
  two.join();
}
}  // namespace in_order_of_address

int main() {
  there_and_back::run();
  in_a_loop::run();
  by_an_event::run();
  by_a_flag::run();
  by_a_barrier::run();
  by_an_atomic_wait::run();
  once::run();
  deferred::run();
  in_order_of_address::run();
}
