// tests/analyzer/sources/blocking_under_lock/co_await.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A lock held across co_await: whoever resumes may be another thread.
#include <coroutine>
#include <mutex>

struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

std::mutex mutex;

Task holds() {
  std::lock_guard guard(mutex);
  co_await std::suspend_always{};  // expect: blocking-under-lock
}
Task lets_go() {
  { std::lock_guard guard(mutex); }
  co_await std::suspend_always{};
}

int main() {
  holds();
  lets_go();
}
