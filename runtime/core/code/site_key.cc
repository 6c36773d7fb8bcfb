// runtime/core/code/site_key.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/site_key.h"

namespace lockweave::core {

constinit std::atomic<const void*> framed_pcs[kFramedEntries];

namespace {

constexpr std::uint32_t kOwnFramesMax = 8;    // between here and the hook's caller
constexpr std::uint32_t kFramesDigested = 4;  // std::lock_guard, std::mutex, __gthread, the user

// The frame whose return address is `pc`, found through our own frames (they keep frame pointers).
const std::uintptr_t* frame_returning_to(const void* pc, std::uintptr_t stack_high) {
  auto* frame = static_cast<const std::uintptr_t*>(__builtin_frame_address(0));
  for (std::uint32_t i = 0; i < kOwnFramesMax; ++i) {
    if (frame[1] == reinterpret_cast<std::uintptr_t>(pc)) return frame;
    auto* outer = reinterpret_cast<const std::uintptr_t*>(frame[0]);
    if (outer <= frame || reinterpret_cast<std::uintptr_t>(outer + 2) > stack_high) break;
    frame = outer;
  }
  return nullptr;
}

// Return addresses from `pc` outwards by frame pointers; their number.
std::uint32_t walk(const void* pc, std::uintptr_t stack_high, std::uintptr_t* out) {
  const std::uintptr_t* frame = frame_returning_to(pc, stack_high);
  std::uint32_t count = 0;
  while (frame != nullptr && count < kFramesDigested) {
    out[count++] = frame[1];
    auto* outer = reinterpret_cast<const std::uintptr_t*>(frame[0]);
    const auto bits = reinterpret_cast<std::uintptr_t>(outer);
    const bool sane = outer > frame && bits % 16 == 0 && bits + 16 <= stack_high;
    frame = sane ? outer : nullptr;
  }
  return count;
}

}  // namespace

std::uint64_t framed_site(const void* pc, std::uintptr_t stack_high) {
  std::uintptr_t frames[kFramesDigested];
  const std::uint32_t count = walk(pc, stack_high, frames);
  std::uint64_t digest = reinterpret_cast<std::uint64_t>(pc);
  for (std::uint32_t i = 1; i < count; ++i) digest = (digest ^ frames[i]) * 0x9E3779B97F4A7C15ULL;
  return digest;
}

bool learn_framing(const void* pc, const Trace& unwound, std::uintptr_t stack_high) {
  auto& slot = framed_slot(pc);
  if (slot.load(std::memory_order_relaxed) == pc) return false;
  std::uintptr_t frames[kFramesDigested];
  const std::uint32_t count = walk(pc, stack_high, frames);
  if (count < 2 || unwound.count < count) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (frames[i] != unwound.pcs[i]) return false;
  }
  slot.store(pc, std::memory_order_relaxed);
  return true;
}

}  // namespace lockweave::core
