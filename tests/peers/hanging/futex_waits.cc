// tests/peers/hanging/futex_waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C++20 semaphores that wait for each other.
// flags: -std=c++20
// hangs: deadlock
#include <semaphore>
#include <thread>

int main() {
  std::binary_semaphore first(0);
  std::binary_semaphore second(0);
  std::thread thread([&] {
    first.acquire();
    second.release();
  });
  second.acquire();
  first.release();
  thread.join();
  return 0;
}
