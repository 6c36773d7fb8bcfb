// tests/peers/healthy/once_and_statics.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// call_once and local statics, raced for by many threads; one initialiser needs another's.
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

namespace {

std::once_flag flag;
int once_count = 0;

int inner() {
  static const int value = [] { return 20; }();
  return value;
}

int outer() {
  static const int value = inner() + 1;
  return value;
}

struct Registry {
  Registry() {
    std::call_once(flag, [] { ++once_count; });
  }
  int value = 1;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

int main() {
  std::mutex mutex;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const int mine = outer() + registry().value;
      std::call_once(flag, [] { ++once_count; });
      const std::lock_guard lock(mutex);
      sum += mine;
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%d %d\n", sum, once_count);
}
