// tests/peers/healthy/watched_values.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Watched variables handed from thread to thread by what the library has for it: a future's value, an
// exception, a shared pointer's last owner, a predicate that is waited for with a time limit.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "lockweave/shared.h"

namespace {

using Counter = lockweave::shared<int>;

int by_value() {
  auto counter = std::make_shared<Counter>(0);
  auto done = std::async(std::launch::async, [counter] {
    ++*counter;
    return counter;
  });
  return *done.get();
}

int by_exception() {
  Counter before_it_failed{0};
  auto done = std::async(std::launch::async, [&before_it_failed] {
    before_it_failed = 1;
    throw std::runtime_error("failed");
  });
  try {
    done.get();
  } catch (const std::runtime_error&) {
    return before_it_failed;
  }
  return 0;
}

// Who is last destroys it, under no lock; only the count of owners orders that behind the other's access.
int by_last_owner() {
  auto counter = std::make_shared<Counter>(0);
  std::mutex mutex;
  std::atomic<int> done = 0;  // a plain one: orders nothing that is seen
  const auto add = [&](std::shared_ptr<Counter>& mine) {
    const std::lock_guard guard(mutex);
    ++*mine;
  };
  const auto wait_for = [&](int turn) {
    while (done.load() < turn) std::this_thread::yield();
  };
  std::thread last(
      [&](std::shared_ptr<Counter> mine) {
        add(mine);
        done = 1;
        wait_for(2);
      },
      counter);
  std::thread first(
      [&](std::shared_ptr<Counter> mine) {
        wait_for(1);
        add(mine);
        mine.reset();
        done = 2;
      },
      std::move(counter));
  last.join();
  first.join();
  return 1;
}

int by_predicate() {
  std::mutex mutex;
  std::condition_variable ready;
  Counter value{0};
  std::thread maker([&] {
    const std::lock_guard guard(mutex);
    value = 1;
    ready.notify_one();
  });
  std::unique_lock guard(mutex);
  const bool came = ready.wait_for(guard, std::chrono::seconds(60), [&] { return value == 1; });
  guard.unlock();
  maker.join();
  return came ? value.load() : 0;
}

}  // namespace

int main() {
  int sum = 0;
  for (int round = 0; round < 20; ++round) {
    sum += by_value() + by_exception() + by_last_owner() + by_predicate();
  }
  std::printf("%d\n", sum);
}
