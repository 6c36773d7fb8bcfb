// tests/analyzer/sources/local_mutex/local_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>
#include <thread>

int value = 0;

void each_its_own() {
  std::mutex mutex;  // expect: local-mutex
  std::lock_guard guard(mutex);
  ++value;
}
void shared_by_all() {
  static std::mutex mutex;
  std::lock_guard guard(mutex);
  ++value;
}
void seen_by_a_thread() {
  std::mutex mutex;
  int sum = 0;
  std::thread helper([&] {
    std::lock_guard guard(mutex);
    ++sum;
  });
  {
    std::lock_guard guard(mutex);
    ++sum;
  }
  helper.join();
}

int main() {
  each_its_own();
  shared_by_all();
  seen_by_a_thread();
}
