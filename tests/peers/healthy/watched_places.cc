// tests/peers/healthy/watched_places.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Watched variables where others were before: in one place of memory, by threads that nothing orders
// for the runtime; and on the stack beside latches, each round where the last round's were.
#include <atomic>
#include <cstdio>
#include <new>
#include <thread>
#include <vector>

#include "lockweave/latch.h"
#include "lockweave/shared.h"

namespace {

using Counter = lockweave::shared<int>;

constexpr int kThreads = 3;

alignas(Counter) std::byte place[sizeof(Counter)];
std::atomic<int> turn{0};

void use_the_place(int mine, int& result) {
  while (turn != mine) std::this_thread::yield();
  auto* counter = new (place) Counter(mine);
  ++*counter;
  result = *counter;
  counter->~Counter();
  ++turn;
}

int in_one_place() {
  int results[kThreads] = {};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([i, &results] { use_the_place(i, results[i]); });
  }
  int sum = 0;
  for (std::thread& thread : threads) thread.join();
  for (const int result : results) sum += result;
  return sum;
}

int one_round() {
  Counter parts[kThreads];
  lockweave::latch done(kThreads);
  std::vector<std::thread> threads;
  for (Counter& part : parts) {
    threads.emplace_back([&part, &done] {
      part = 1;
      done.count_down();
    });
  }
  done.wait();
  int sum = 0;
  for (Counter& part : parts) sum += part;
  for (std::thread& thread : threads) thread.join();
  return sum;
}

}  // namespace

int main() {
  int sum = in_one_place();
  for (int round = 0; round < 50; ++round) sum += one_round();
  std::printf("%d\n", sum);
}
