// runtime/core/state/memory_filter.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does memory that is freed hold a live object? One word for each (hashed) 4 KiB page, one bit for each
// 64-byte line of it, and a count for each bit. "No" is certain; "yes" costs a look-up. A count that
// has reached its most stays there, and its bit set.
// Thread-safety: asked by any thread; changed under a lock of the caller's. Memory: 1.1 MiB at most, of
// which only what is used is touched.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lockweave::core {

class MemoryFilter {
 public:
  static constexpr std::uintptr_t kLine = 64;

  constexpr MemoryFilter() = default;

  void add(std::uintptr_t address) {
    std::uint8_t& count = count_of(address);
    if (count < kMost) ++count;
    std::atomic<std::uint64_t>& word = word_of(address);
    word.store(word.load(std::memory_order_relaxed) | bit_of(address), std::memory_order_relaxed);
  }
  void remove(std::uintptr_t address) {
    std::uint8_t& count = count_of(address);
    if (count == kMost || --count > 0) return;
    std::atomic<std::uint64_t>& word = word_of(address);
    word.store(word.load(std::memory_order_relaxed) & ~bit_of(address), std::memory_order_relaxed);
  }
  bool may_hold(std::uintptr_t address) const {
    return (word_of(address).load(std::memory_order_relaxed) & bit_of(address)) != 0;
  }
  bool may_hold_any(std::uintptr_t begin, std::size_t size) const {
    if (size == 0) return false;
    const std::uintptr_t last = begin + size - 1;
    if ((begin >> 12) == (last >> 12)) {  // the usual free(): within one page
      const std::uint32_t low = (begin >> 6) & 63;
      const std::uint32_t high = (last >> 6) & 63;
      const std::uint64_t mask = (~0ULL >> (63 - (high - low))) << low;
      return (word_of(begin).load(std::memory_order_relaxed) & mask) != 0;
    }
    if (size > (std::size_t{kWords} << 12)) return true;
    for (std::uintptr_t page = begin & ~std::uintptr_t{4095}; page <= last; page += 4096) {
      if (word_of(page).load(std::memory_order_relaxed) != 0) return true;
    }
    return false;
  }

 private:
  static constexpr std::uint32_t kWords = 1 << 14;
  static constexpr std::uint8_t kMost = UINT8_MAX;

  static std::size_t index_of(std::uintptr_t address) {
    const std::uint64_t mixed = (address >> 12) * 0x9E3779B97F4A7C15ULL;
    return (mixed ^ (mixed >> 32)) % kWords;
  }
  static std::uint64_t bit_of(std::uintptr_t address) { return 1ULL << ((address / kLine) & 63); }
  std::atomic<std::uint64_t>& word_of(std::uintptr_t address) { return words_[index_of(address)]; }
  const std::atomic<std::uint64_t>& word_of(std::uintptr_t address) const {
    return words_[index_of(address)];
  }
  std::uint8_t& count_of(std::uintptr_t address) {
    return counts_[index_of(address)][(address / kLine) & 63];
  }

  std::atomic<std::uint64_t> words_[kWords] = {};
  std::uint8_t counts_[kWords][64] = {};
};

}  // namespace lockweave::core
