// tests/e2e/memory/refused_clocks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread for whose clock the race detector gets no memory: its accesses are not looked at, and that is
// said. Linked with -rdynamic.
#include <atomic>
#include <cstddef>
#include <thread>

#include "lockweave/shared.h"

namespace {
std::atomic<bool> refuses{false};
lockweave::shared<int> sum{0};
}  // namespace

extern "C" int lw_test_refuses_memory(std::size_t) { return refuses ? 1 : 0; }

int main() {
  std::thread worker([] {
    while (!refuses) std::this_thread::yield();
    sum = 2;
  });
  refuses = true;
  worker.join();
  refuses = false;
}
