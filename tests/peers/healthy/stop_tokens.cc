// tests/peers/healthy/stop_tokens.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// jthreads asleep in condition_variable_any are woken by their stop tokens.
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stop_token>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable_any changed;
  int stopped = 0;
  for (int round = 0; round < 20; ++round) {
    const auto wait_for_stop = [&](const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      changed.wait(lock, stop, [] { return false; });
      ++stopped;
    };
    const std::jthread first(wait_for_stop);
    const std::jthread second(wait_for_stop);
  }
  std::printf("%d stopped\n", stopped);
}
