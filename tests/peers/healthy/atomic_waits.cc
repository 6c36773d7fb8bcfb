// tests/peers/healthy/atomic_waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two threads take turns by atomic::wait; a third waits for an atomic_flag.
#include <atomic>
#include <cstdio>
#include <thread>

namespace {
constexpr int kTurns = 3000;
std::atomic<int> turn{0};
std::atomic<long> wide{0};
std::atomic_flag finished;

void play(int self) {
  for (int i = 0; i < kTurns; ++i) {
    int now = turn.load();
    while (now % 2 != self) {
      turn.wait(now);
      now = turn.load();
    }
    turn.store(now + 1);
    turn.notify_one();
  }
}
}  // namespace

int main() {
  std::jthread watcher([] {
    finished.wait(false);
    wide = 1;
    wide.notify_all();
  });
  std::thread first(play, 0);
  std::thread second(play, 1);
  first.join();
  second.join();
  finished.test_and_set();
  finished.notify_all();
  wide.wait(0);
  std::printf("turn %d\n", turn.load());
}
