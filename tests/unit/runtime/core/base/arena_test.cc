// tests/unit/runtime/core/base/arena_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arena over a kernel that may refuse memory: the test defines what it asks of the system.
#include "runtime/core/base/arena.h"

#include <gtest/gtest.h>
#include <string.h>
#include <unistd.h>

#include <random>
#include <vector>

#include "runtime/core/base/poison.h"

namespace {
bool refuses = false;
}  // namespace

namespace lockweave::os {

long call(long number, long a, long b, long c, long d, long e, long f) {
  return ::syscall(number, a, b, c, d, e, f);
}

void* map_memory(std::size_t bytes) {
  if (refuses) return nullptr;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace lockweave::os

namespace lockweave::core {
namespace {

struct Piece {
  unsigned char* memory;
  std::size_t bytes;
  unsigned char mark;
};

TEST(Arena, GivesPiecesThatDoNotOverlapAndAreZeroed) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::vector<Piece> live;
  for (int i = 0; i < 20000; ++i) {
    if (random() % 2 == 0 || live.empty()) {
      const std::size_t bytes = random() % 50 == 0 ? 4097 + random() % 20000 : random() % 600;
      auto* memory = static_cast<unsigned char*>(arena.allocate(bytes, 8));
      ASSERT_NE(memory, nullptr);
      for (std::size_t at = 0; at < bytes; ++at) ASSERT_EQ(memory[at], 0);
      const auto mark = static_cast<unsigned char>(1 + random() % 255);
      memset(memory, mark, bytes);
      live.push_back({memory, bytes, mark});
    } else {
      std::swap(live[random() % live.size()], live.back());
      const Piece piece = live.back();
      live.pop_back();
      for (std::size_t at = 0; at < piece.bytes; ++at) ASSERT_EQ(piece.memory[at], piece.mark);
      arena.deallocate(piece.memory, piece.bytes);
    }
  }
  for (const Piece& piece : live) arena.deallocate(piece.memory, piece.bytes);
}

TEST(Arena, CountsNoMoreThanIsMapped) {
  const std::size_t before = arena.bytes_mapped();
  for (int i = 0; i < 10; ++i) {
    void* memory = arena.allocate(std::size_t{1} << 20, 8);
    EXPECT_EQ(arena.bytes_mapped(), before + (std::size_t{1} << 20));
    arena.deallocate(memory, std::size_t{1} << 20);
  }
  EXPECT_EQ(arena.bytes_mapped(), before);
}

constexpr std::size_t kNeverFreed = 1024;  // no such piece was given back above

// The rest of the last chunk is smaller than what was asked for, not than what comes next.
TEST(Arena, WithoutMemoryGivesWhatItStillHas) {
  refuses = true;
  while (arena.allocate(4096, 8) != nullptr) {
  }
  EXPECT_EQ(arena.allocate(std::size_t{1} << 20, 8), nullptr);
  refuses = false;
  ASSERT_NE(arena.allocate(4096, 8), nullptr);  // of a new chunk: the rest is 63 pieces of 4 KiB
  refuses = true;
  for (int i = 0; i < 62; ++i) ASSERT_NE(arena.allocate(4096, 8), nullptr);
  ASSERT_NE(arena.allocate(kNeverFreed, 8), nullptr);
  EXPECT_EQ(arena.allocate(4096, 8), nullptr);
  EXPECT_NE(arena.allocate(kNeverFreed, 8), nullptr);
  refuses = false;
  EXPECT_NE(arena.allocate(4096, 8), nullptr);
}

#if defined(LOCKWEAVE_UNDER_ASAN)
extern "C" int __asan_address_is_poisoned(const volatile void* address);

TEST(Arena, PoisonsWhatNobodyMayTouch) {
  auto* piece = static_cast<char*>(arena.allocate(40, 8));
  EXPECT_EQ(__asan_address_is_poisoned(piece + 39), 0);
  EXPECT_NE(__asan_address_is_poisoned(piece + 40), 0);
  arena.deallocate(piece, 40);
  EXPECT_NE(__asan_address_is_poisoned(piece), 0);
  auto* again = static_cast<char*>(arena.allocate(64, 8));
  EXPECT_EQ(__asan_address_is_poisoned(again + 63), 0);
  arena.deallocate(again, 64);
}
#endif

}  // namespace
}  // namespace lockweave::core
