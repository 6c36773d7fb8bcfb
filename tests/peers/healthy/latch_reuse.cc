// tests/peers/healthy/latch_reuse.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Latches, barriers and semaphores on the stack, each where the one before it was.
#include <barrier>
#include <cstdio>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

constexpr int kThreads = 3;

void one_round(int& visits) {
  std::latch start(kThreads + 1);
  std::latch done(kThreads);
  std::barrier middle(kThreads);
  std::binary_semaphore turn(1);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      turn.acquire();
      ++visits;
      turn.release();
      middle.arrive_and_wait();
      done.count_down();
    });
  }
  start.count_down();
  done.wait();
}

}  // namespace

int main() {
  int visits = 0;
  for (int round = 0; round < 200; ++round) one_round(visits);
  std::printf("%d visits\n", visits);
}
