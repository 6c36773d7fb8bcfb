// tests/e2e/programs/large_blocks_beside_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Large blocks with a lock in them are freed while other threads make locks: to find what ends with a
// block, the runtime walks over objects that are just coming to be.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "primitives.h"

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 26;
constexpr int kBlocks = 300;
std::atomic<int> blocks_left{2 * kBlocks};

void make_locks() {
  while (blocks_left > 0) {
    std::vector<std::unique_ptr<lib::mutex>> locks(50);
    for (auto& lock : locks) {
      lock = std::make_unique<lib::mutex>();
      const std::lock_guard guard(*lock);
    }
  }
}

void free_blocks() {
  for (int i = 0; i < kBlocks; ++i, --blocks_left) {
    auto* block = static_cast<char*>(std::malloc(kBlock));
    auto* lock = new (block + 64) lib::mutex;
    lock->lock();
    lock->unlock();
    std::free(block);  // its lock goes with it, undestroyed
  }
}

}  // namespace

int main() {
  std::vector<lib::thread> threads;
  threads.emplace_back(make_locks);
  threads.emplace_back(make_locks);
  threads.emplace_back(free_blocks);
  threads.emplace_back(free_blocks);
  for (auto& thread : threads) thread.join();
}
