// tests/peers/healthy/library_types.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the standard library synchronises inside: exceptions that travel between threads, shared
// pointers, call_once, timed waits for conditions and futures.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

int thrown_and_caught(int rounds) {
  int caught = 0;
  for (int i = 0; i < rounds; ++i) {
    std::promise<int> answer;
    std::thread thrower([&answer, i] {
      try {
        throw std::out_of_range(std::to_string(i));
      } catch (...) {
        answer.set_exception(std::current_exception());
      }
    });
    try {
      answer.get_future().get();
    } catch (const std::out_of_range&) {
      ++caught;
    }
    thrower.join();
  }
  return caught;
}

int shared_by_many(int rounds) {
  int destroyed = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::shared_ptr<int> shared(new int(i), [&destroyed](int* value) {
      ++destroyed;
      delete value;
    });
    std::weak_ptr<int> observer = shared;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([copy = shared, observer] {
        if (observer.lock() != copy) std::terminate();
      });
    }
  }
  return destroyed;
}

int timed(int rounds) {
  std::mutex mutex;
  std::condition_variable changed;
  std::condition_variable never;
  std::once_flag once;
  int count = 0;
  const auto next = [&] {
    std::call_once(once, [&] { ++count; });
    std::unique_lock guard(mutex);
    never.wait_for(guard, 1us, [] { return false; });
    ++count;
    changed.notify_all();
  };
  for (int i = 0; i < rounds; ++i) {
    std::future<void> later = std::async(std::launch::async, next);
    std::unique_lock guard(mutex);
    while (!changed.wait_for(guard, 10s, [&] { return count > i + 1; })) continue;
    guard.unlock();
    if (later.wait_for(10s) != std::future_status::ready) std::terminate();
  }
  return count;
}

}  // namespace

int main() {
  const int caught = thrown_and_caught(50);
  const int destroyed = shared_by_many(50);
  std::printf("%d caught, %d destroyed, %d\n", caught, destroyed, timed(50));
}
