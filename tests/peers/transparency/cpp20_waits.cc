// tests/peers/transparency/cpp20_waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Semaphores, latches, barriers, atomic waits, futures: healthy programs, nothing to tell.
// flags: -std=c++20
#include <atomic>
#include <barrier>
#include <cstdio>
#include <future>
#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

int main() {
  std::counting_semaphore<8> permits(0);
  std::latch all_here(4);
  std::barrier rounds(4);
  std::atomic<int> flag{0};
  std::atomic<long> sum{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      all_here.arrive_and_wait();
      for (int round = 0; round < 50; ++round) {
        sum += i;
        rounds.arrive_and_wait();
      }
      permits.acquire();
      flag.wait(0);
    });
  }
  permits.release(4);
  flag = 1;
  flag.notify_all();
  for (std::thread& thread : threads) thread.join();
  std::promise<int> promise;
  std::thread setter([&] { promise.set_value(5); });
  std::printf("%d %ld\n", promise.get_future().get(), sum.load());
  setter.join();
  std::printf("%d\n", std::async(std::launch::async, [] { return 6; }).get());
  return 0;
}
