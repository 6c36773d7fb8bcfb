// tests/peers/transparency/with_jemalloc.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Another allocator preloaded before us.
// preload: libjemalloc.so.2
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

int main() {
  std::vector<std::thread> threads;
  std::mutex total_lock;
  std::size_t total = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 2000; ++j) {
        auto mutex = std::make_unique<std::mutex>();
        std::string text(static_cast<std::size_t>(j), 'x');
        std::scoped_lock both(*mutex, total_lock);
        total += text.size();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%zu\n", total);
  return 0;
}
