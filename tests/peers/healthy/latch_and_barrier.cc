// tests/peers/healthy/latch_and_barrier.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C++20 latches, barriers with completion, counting semaphores, again and again.
#include <barrier>
#include <cstdio>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

namespace {
constexpr int kThreads = 4;
constexpr int kRounds = 300;
}  // namespace

int main() {
  int completed = 0;
  std::latch start(kThreads);
  std::latch done(kThreads);
  std::barrier rounds(kThreads, [&completed]() noexcept { ++completed; });
  std::counting_semaphore<2> two(2);
  std::binary_semaphore one(1);
  long visits = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int round = 0; round < kRounds; ++round) {
        two.acquire();
        one.acquire();
        ++visits;
        one.release();
        two.release();
        rounds.arrive_and_wait();
      }
      done.count_down();
    });
  }
  done.wait();
  std::printf("%d rounds, %ld visits\n", completed, visits);
}
