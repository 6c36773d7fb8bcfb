// runtime/core/code/site_key.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tells two acquisition sites apart on the hot path. In optimised code the return address does:
// the lock call is inlined into the user's function. In unoptimised code it always lies inside
// std::mutex::lock, and the user's line is three frames further out; there functions keep frame
// pointers, so a few return addresses are digested instead (1 to 2 ns each).
//
// Code that keeps none uses the register as it likes: it may hold anything, on any stack. So it is
// believed only where it says what is known already. When a new acquisition is made, the stack is
// walked by the unwind tables, and for each return address whose function kept a frame pointer its
// frame's size is remembered in a direct-mapped set. Later a hop is made only if the frame pointer
// points exactly that far. A frame's size is fixed at each of its calls (but for variable arrays, which
// then do not agree), so nothing is ever read but a live frame of the stack that the thread is on.
// A collision evicts: then sites are told apart less finely, never wrongly.
//
// Thread-safety: any thread, and signal handlers. Each entry is one word.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockweave::core {

// A return address whose function keeps a frame pointer, and the size of its frame there.
class FramedPlace {
 public:
  constexpr FramedPlace() = default;
  FramedPlace(std::uintptr_t pc, std::uintptr_t size) : packed_(pc << kSizeBits | size / kUnit) {}

  static bool fits(std::uintptr_t pc, std::uintptr_t size) {
    return pc >> (64 - kSizeBits) == 0 && size / kUnit < kSizeMask && size % kUnit == 0;
  }
  bool is_at(std::uintptr_t pc) const { return packed_ >> kSizeBits == pc; }
  std::uintptr_t frame_size() const { return (packed_ & kSizeMask) * kUnit; }
  bool operator==(const FramedPlace&) const = default;

 private:
  static constexpr unsigned kSizeBits = 16;
  static constexpr std::uintptr_t kSizeMask = (1U << kSizeBits) - 1;
  static constexpr std::uintptr_t kUnit = 16;  // frames are aligned so

  std::uint64_t packed_ = 0;
};

inline constexpr std::uint32_t kFramedEntries = 4096;
extern constinit std::atomic<FramedPlace> framed_places[kFramedEntries];

inline std::atomic<FramedPlace>& framed_slot(std::uintptr_t pc) {
  return framed_places[(pc ^ (pc >> 12)) % kFramedEntries];
}

inline bool is_framed(const void* pc) {
  const auto bits = reinterpret_cast<std::uintptr_t>(pc);
  return framed_slot(bits).load(std::memory_order_relaxed).is_at(bits);
}

// Digest of the return addresses from `pc` outwards, as far as frames are known.
std::uint64_t framed_site(const void* pc);

inline std::uint64_t site_key(const void* pc) {
  return is_framed(pc) ? framed_site(pc) : reinterpret_cast<std::uint64_t>(pc);
}

// Walks the stack and remembers which of the innermost functions keep frame pointers. Returns whether
// anything is new: then the key of this very acquisition may have changed.
bool learn_framing(const void* pc);

// Code has been unloaded: other functions may lie there next.
void forget_framing();

}  // namespace lockweave::core
