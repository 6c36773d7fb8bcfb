// tests/peers/transparency/exceptions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exceptions through locks, once and static initialisation.
#include <cstdio>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace {

std::mutex outer;
std::mutex inner;
std::once_flag once;
int attempts = 0;

void throw_under_locks() {
  std::lock_guard first(outer);
  std::lock_guard second(inner);
  throw std::runtime_error("under locks");
}

struct Fragile {
  Fragile() {
    std::lock_guard guard(inner);
    if (++attempts < 3) throw std::runtime_error("not yet");
  }
};

void use_static() { static Fragile fragile; }

template <class Function>
void attempt(Function function) {
  try {
    function();
    std::puts("fine");
  } catch (const std::exception& error) {
    std::puts(error.what());
  }
}

}  // namespace

int main() {
  for (int i = 0; i < 3; ++i) attempt(throw_under_locks);
  for (int i = 0; i < 4; ++i) attempt(use_static);
  int calls = 0;
  for (int i = 0; i < 4; ++i) {
    attempt([&] {
      std::call_once(once, [&] {
        std::lock_guard guard(inner);
        if (++calls < 3) throw std::runtime_error("once more");
      });
    });
  }
  std::printf("%d %d\n", attempts, calls);
  std::thread([] {
    attempt(use_static);
    attempt(throw_under_locks);
  }).join();
  std::lock_guard both_free_again(outer);
  std::lock_guard really(inner);
  return 0;
}
